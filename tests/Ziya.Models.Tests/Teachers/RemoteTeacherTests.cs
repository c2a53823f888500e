using System.Globalization;
using Microsoft.AspNetCore.Http;
using Ziya.Models.Generation;
using Ziya.Models.Teachers;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using static Ziya.Models.Tests.Teachers.ChatServer;

namespace Ziya.Models.Tests.Teachers;

public sealed class RemoteTeacherTests
{
    private const string Key = "sk-secret-1234567890";
    private const string KeyEnv = "ZIYA_TEST_TEACHER_KEY";
    private static readonly GenerationRequest Hello = GenerationRequest.Of("你好, what is 1+1?");

    static RemoteTeacherTests() => Environment.SetEnvironmentVariable(KeyEnv, Key + "\n");

    [Fact]
    public async Task Generate_Answer_IsReadWithItsFigures()
    {
        await using var server = await Start(Answer("二。It is 2."));
        using var teacher = Teacher(server);
        var completion = await server.Run(teacher.Generate(new GenerationRequest([new Message("system", "答得短一点"), new Message("user", "1+1?")]) { Seed = 7, MaxTokens = 99, Stop = ["\n"] }, default));

        Assert.Equal(new Completion("二。It is 2.", Ending.Stop, "gpt-test-0613") { PromptTokens = 5, CompletionTokens = 3 }, completion);
        var (_, body, authorization) = Assert.Single(server.Requests);
        Assert.Equal("Bearer " + Key, authorization);
        Assert.Equal("""{"model":"gpt-test","messages":[{"role":"system","content":"答得短一点"},{"role":"user","content":"1+1?"}],"max_tokens":99,"seed":7,"stop":["\n"]}""", body.ToJsonString(Relaxed));
    }

    [Fact]
    public async Task Generate_Sampling_IsSentAsFarAsTheServerKnowsIt()
    {
        await using var server = await Start(Answer("a"));
        var request = Hello with { Sampling = new Sampling { Temperature = 0.7, TopP = 0.5, TopK = 40, MinP = 0.1, PresencePenalty = 2 } };
        using (var teacher = Teacher(server))
        {
            await server.Run(teacher.Generate(request, default));
        }

        using (var teacher = Teacher(server, options => options with { ExtendedSampling = true, MaxTokensKey = "max_completion_tokens" }))
        {
            await server.Run(teacher.Generate(request, default));
        }

        var bodies = server.Requests.Select(asked => asked.Body.ToJsonString(Relaxed)).ToList();
        Assert.EndsWith("""}],"max_tokens":1024,"temperature":0.7,"top_p":0.5,"presence_penalty":2,"seed":0}""", bodies[0], StringComparison.Ordinal);
        Assert.EndsWith("""}],"max_completion_tokens":1024,"temperature":0.7,"top_p":0.5,"top_k":40,"presence_penalty":2,"seed":0,"min_p":0.1,"repetition_penalty":1.05}""", bodies[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop", Ending.Stop)]
    [InlineData("length", Ending.Length)]
    [InlineData("content_filter", Ending.Filtered)]
    public async Task Generate_FinishReason_IsTold(string reason, Ending ending)
    {
        await using var server = await Start(Answer("a", reason));
        using var teacher = Teacher(server);
        Assert.Equal(ending, (await server.Run(teacher.Generate(Hello, default))).Ending);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Generate_PassingStatus_IsTriedAgainAfterAWhile(int status)
    {
        await using var server = await Start(Status(status), Status(status), Answer("now"));
        using var teacher = Teacher(server);
        Assert.Equal("now", (await server.Run(teacher.Generate(Hello, default))).Text);
        var times = server.Requests.Select(request => request.At).ToList();
        Assert.Equal(3, times.Count);
        Assert.True(times[2] > times[0]);
    }

    [Fact]
    public async Task Generate_RetryAfterInSeconds_HoldsEverybody()
    {
        await using var server = await Start(Status(429, retryAfter: "20"), Answer("a"));
        using var teacher = Teacher(server, options => options with { AtOnce = 1 });
        await server.Run(Task.WhenAll(teacher.Generate(Hello, default), teacher.Generate(GenerationRequest.Of("另一个"), default)));
        var times = server.Requests.Select(request => request.At.TotalSeconds).ToList();
        Assert.Equal(3, times.Count);
        Assert.All(times[1..], time => Assert.InRange(time - times[0], 20, 26));
    }

    [Fact]
    public async Task Generate_RetryAfterAsDate_IsHonoured()
    {
        await using var server = await Start(Status(503, retryAfter: new DateTimeOffset(2026, 1, 1, 0, 1, 0, TimeSpan.Zero).ToString("R", CultureInfo.InvariantCulture)), Answer("a"));
        using var teacher = Teacher(server);
        Assert.Equal("a", (await server.Run(teacher.Generate(Hello, default))).Text);
        Assert.InRange(server.Requests.Last().At.TotalSeconds, 60, 66);
    }

    [Fact]
    public async Task Generate_RetryAfterADay_FailsTheRequest()
    {
        await using var server = await Start(Status(429, retryAfter: "86400"));
        using var teacher = Teacher(server);
        var completion = await server.Run(teacher.Generate(Hello, default));
        Assert.Equal(Ending.Fault, completion.Ending);
        Assert.Contains("requests_per_minute", completion.Fault, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "truncated", "" },
        { "chunked", "" },
        { "body", """{"choices":[{"message":{"content":"half""" },
        { "body", "<html>Bad gateway</html>" },
        { "body", "" },
        { "body", "[]" },
        { "body", """{"choices":[]}""" },
        { "body", """{"choices":[{"message":{"role":"assistant","content":"cut"},"finish_reason":null}]}""" },
        { "body", """{"error":{"message":"overloaded","type":"server_error","code":503}}""" },
        { "body", """{"error":"something went wrong"}""" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Generate_BrokenAnswer_IsTriedAgain(string how, string body)
    {
        var broken = how == "body" ? Status(200, body) : Truncated(how == "chunked");
        await using var server = await Start(broken, Answer("好"));
        using var teacher = Teacher(server);
        Assert.Equal("好", (await server.Run(teacher.Generate(Hello, default))).Text);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Generate_BrokenForGood_FailsAndSaysWhat()
    {
        await using var server = await Start(Status(200, "<html>login " + Key));
        using var teacher = Teacher(server, options => options with { Retries = 2 });
        var completion = await server.Run(teacher.Generate(Hello, default));
        Assert.Equal(Ending.Fault, completion.Ending);
        Assert.Contains("no completion", completion.Fault, StringComparison.Ordinal);
        Assert.Contains("<html>login ***", completion.Fault, StringComparison.Ordinal);
        Assert.Contains("Tried 3 times", completion.Fault, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"too long","code":"context_length_exceeded"}}""", "shorten")]
    [InlineData(400, """{"object":"error","error":{"message":"This model's maximum context length is 4096 tokens"}}""", "shorten")]
    [InlineData(400, """{"error":{"message":"Unsupported parameter: 'max_tokens'"}}""", "max_tokens_key")]
    [InlineData(200, """{"error":{"message":"too long","type":"invalid_request_error","code":"context_length_exceeded"}}""", "shorten")]
    public async Task Generate_PermanentError_FailsAtOnceAndSaysWhatToDo(int status, string body, string advice)
    {
        await using var server = await Start(Status(status, body));
        using var teacher = Teacher(server);
        var completion = await server.Run(teacher.Generate(Hello, default));
        Assert.Equal(Ending.Fault, completion.Ending);
        Assert.Contains(advice, completion.Fault, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, completion.Fault, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Equal(0, teacher.Budget.Tokens);
    }

    [Theory]
    [InlineData(401, """{"error":{"message":"Incorrect API key provided: sk-secret-1234567890","code":"invalid_api_key"}}""", KeyEnv)]
    [InlineData(404, """{"detail":"Not Found"}""", "/v1")]
    [InlineData(429, """{"error":{"message":"quota","code":"insufficient_quota"}}""", "credit")]
    [InlineData(301, "", "new address")]
    public async Task Generate_ErrorThatConcernsAll_EndsTheJobAndSaysWhatToDo(int status, string body, string advice)
    {
        await using var server = await Start(Status(status, body));
        using var teacher = Teacher(server);
        var failure = await Assert.ThrowsAsync<JobFailedException>(() => server.Run(teacher.Generate(Hello, default)));
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Equal(0, teacher.Budget.Tokens);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Generate_NoEndInSight_EndsAtTheTimeout(bool drips)
    {
        ChatServer? server = null;
        async Task Misbehave(HttpContext context)
        {
            while (drips && !context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(" ");
                await context.Response.Body.FlushAsync();
                await Task.Delay(5);
            }

            await server!.Hang(context);
        }

        server = await Start(Misbehave, Answer("late"));
        await using (server)
        {
            using var teacher = Teacher(server, options => options with { TimeoutSeconds = 10 });
            var completion = teacher.Generate(Hello, default);
            while (server.InFlight == 0)
            {
                await Task.Delay(1);
            }

            server.Time.Advance(TimeSpan.FromSeconds(9));
            await Task.Delay(50);
            Assert.Single(server.Requests);
            server.Time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal("late", (await server.Run(completion)).Text);
            Assert.Equal(2, server.Requests.Count);
        }
    }

    [Fact]
    public async Task Generate_NobodyThere_FailsWithoutTheKey()
    {
        await using var server = await Start(Answer("a"));
        using var teacher = Teacher(server, options => options with { Endpoint = "http://127.0.0.1:1/v1", Retries = 1 });
        var completion = await server.Run(teacher.Generate(Hello, default));
        Assert.Equal(Ending.Fault, completion.Ending);
        Assert.Contains("127.0.0.1:1", completion.Fault, StringComparison.Ordinal);
        Assert.StartsWith("waits: http://127.0.0.1:1/v1", teacher.State, StringComparison.Ordinal);
        Assert.StartsWith("http://127.0.0.1:1/v1 does not answer", teacher.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_Outage_IsWaitedFor()
    {
        // Long enough for the circuit to open; without it, eight retries would be over after four minutes.
        await using var server = await Start((at, context) => at < 40 ? Status(503)(context) : Answer("back")(context));
        using var teacher = Teacher(server, options => options with { AtOnce = 16, Retries = 3 });
        var completions = await server.Run(Task.WhenAll(Enumerable.Range(0, 16).Select(i => teacher.Generate(GenerationRequest.Of($"问题 {i}"), default))));
        Assert.All(completions, completion => Assert.Equal("back", completion.Text));
        Assert.DoesNotContain("waits", teacher.State, StringComparison.Ordinal);
        Assert.Null(teacher.Trouble);
        Assert.Equal((0, 0), (teacher.Load!.Busy, teacher.Load.Waiting));
    }

    [Fact]
    public async Task Generate_PromptWithoutWords_IsNotSent()
    {
        await using var server = await ChatServer.Start(ChatServer.Answer("ok"));
        using var teacher = new RemoteTeacher(new TeacherOptions { Endpoint = server.Address, Model = "m" }, TimeProvider.System);
        Assert.Contains("the prompt is empty", (await teacher.Generate(GenerationRequest.Of("　"), default)).Fault, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Generate_Cancelled_ThrowsAndLeavesNothingBehind()
    {
        ChatServer? server = null;
        server = await Start(context => server!.Hang(context));
        await using (server)
        {
            using var teacher = Teacher(server);
            using var cancel = new CancellationTokenSource();
            var completion = teacher.Generate(Hello, cancel.Token);
            while (server.InFlight == 0)
            {
                await Task.Delay(1);
            }

            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => completion);
            Assert.Single(server.Requests);
        }
    }

    [Fact]
    public async Task Generate_AtOnce_IsNotExceeded()
    {
        await using var server = await Start(async (_, context) =>
        {
            await Task.Delay(5);
            await Answer("a")(context);
        });
        using var teacher = Teacher(server, options => options with { AtOnce = 3 });
        await server.Run(Task.WhenAll(Enumerable.Range(0, 30).Select(_ => teacher.Generate(Hello, default))));
        Assert.Equal(30, server.Requests.Count);
        Assert.InRange(server.MostInFlight, 2, 3);
    }

    [Fact]
    public async Task Generate_RequestsPerMinute_AreSpread()
    {
        await using var server = await Start(Answer("a"));
        using var teacher = Teacher(server, options => options with { RequestsPerMinute = 6 });
        await server.Run(Task.WhenAll(Enumerable.Range(0, 4).Select(_ => teacher.Generate(Hello, default))));
        var times = server.Requests.Select(request => request.At.TotalSeconds).Order().ToList();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 8, 13));
    }

    [Fact]
    public async Task Generate_TokensPerMinute_CountWhatWasUsed()
    {
        // 100 tokens each: one every ten seconds, although each sets more aside.
        await using var server = await Start(Answer("a", promptTokens: 40, completionTokens: 60));
        using var teacher = Teacher(server, options => options with { TokensPerMinute = 600, MaxTokens = 200, AtOnce = 1 });
        for (var i = 0; i < 4; i++)
        {
            await server.Run(teacher.Generate(Hello, default));
        }

        Assert.InRange(server.Requests.Last().At.TotalSeconds, 28, 36);
    }

    [Fact]
    public async Task Generate_BudgetOfTokens_StopsBeforeItIsExceeded()
    {
        await using var server = await Start(Answer("a", promptTokens: 10, completionTokens: 20));
        using var teacher = Teacher(server, options => options with { BudgetTokens = 1000, MaxTokens = 100 });
        var failure = await Assert.ThrowsAsync<JobFailedException>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await server.Run(teacher.Generate(Hello, default));
            }
        });
        Assert.Contains("budget_tokens", failure.Message, StringComparison.Ordinal);
        Assert.InRange(teacher.Budget.Tokens, 800, 1000);
        Assert.Equal(teacher.Budget.Tokens, server.Requests.Count * 30);
    }

    [Fact]
    public async Task Generate_BudgetOfMoneyManyAtOnce_IsNeverExceeded()
    {
        await using var server = await Start(Answer("a", promptTokens: 10, completionTokens: 100));
        using var teacher = Teacher(server, options => options with { BudgetCost = 1, PromptPrice = 100, CompletionPrice = 1000, MaxTokens = 100, AtOnce = 32 });
        var all = Enumerable.Range(0, 40).Select(_ => teacher.Generate(Hello, default)).ToList();
        await server.Run(Task.WhenAll(all.Select(async task => await Task.WhenAny(task))));

        // 0.101 a request: nine fit. All nine were let in although each set more aside.
        Assert.Equal(9, all.Count(task => task.IsCompletedSuccessfully));
        Assert.All(all.Where(task => task.IsFaulted), task => Assert.Contains("0.909 of 1 (budget_cost)", task.Exception!.InnerException!.Message, StringComparison.Ordinal));
        Assert.Equal(9, server.Requests.Count);
    }

    [Fact]
    public async Task Generate_NoUsage_CountsTheMost()
    {
        await using var server = await Start(Status(200, """{"choices":[{"message":{"content":"二"},"finish_reason":"stop"}]}"""));
        using var teacher = Teacher(server);
        var completion = await server.Run(teacher.Generate(GenerationRequest.Of("1+1?"), default));
        Assert.Equal((20, 3), (completion.PromptTokens, completion.CompletionTokens));
    }

    [Fact]
    public async Task Bulk_ManyRequests_AnsweredInOrder()
    {
        var random = new Random(42);
        await using var server = await Start(async (at, context) =>
        {
            int delay;
            lock (random)
            {
                delay = random.Next(8);
            }

            await Task.Delay(delay);
            if (at % 7 == 3)
            {
                await Status(500)(context);
                return;
            }

            // Echoes what was asked last.
            await Answer((string)context.Items["asked"]!)(context);
        });
        using var teacher = Teacher(server);
        var texts = new List<string>();
        async Task<int> All()
        {
            await foreach (var completion in teacher.Generate(Enumerable.Range(0, 60).Select(i => GenerationRequest.Of($"第{i}题")).ToAsyncEnumerable()))
            {
                texts.Add(completion.Text);
            }

            return texts.Count;
        }

        await server.Run(All());
        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"第{i}题"), texts);
    }

    [Theory]
    [InlineData("ftp://x/v1", null, "endpoint")]
    [InlineData("https://user:pw@x/v1", null, "user or password")]
    [InlineData("https://x/v1", "ZIYA_TEST_NO_SUCH_KEY", "ZIYA_TEST_NO_SUCH_KEY")]
    public void Check_WrongOptions_AreTold(string endpoint, string? keyEnv, string told) =>
        Assert.Contains(told, Assert.Single(new TeacherOptions { Endpoint = endpoint, Model = "m", KeyEnv = keyEnv }.Check()), StringComparison.Ordinal);

    [Fact]
    public void Check_KeyWithALineBreakInside_IsToldWithoutTheKey()
    {
        const string Variable = "ZIYA_TEST_BROKEN_KEY";
        Environment.SetEnvironmentVariable(Variable, "sk-broken\nsecond");
        var fault = Assert.Single(new TeacherOptions { Endpoint = "https://x/v1", Model = "m", KeyEnv = Variable }.Check());
        Assert.DoesNotContain("sk-broken", fault, StringComparison.Ordinal);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static RemoteTeacher Teacher(ChatServer server, Func<TeacherOptions, TeacherOptions>? with = null)
    {
        var options = new TeacherOptions { Endpoint = server.Address, Model = "gpt-test", KeyEnv = KeyEnv };
        return new RemoteTeacher(with?.Invoke(options) ?? options, server.Time);
    }
}
