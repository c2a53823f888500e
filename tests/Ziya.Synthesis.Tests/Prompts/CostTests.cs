using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Prompts;

/// <summary>What steps say beforehand that they will ask of models.</summary>
public sealed class CostTests : IDisposable
{
    private const string Models = """
        a: { endpoint: "http://127.0.0.1:1/v1", model: m, prompt_price: 1, completion_price: 10 }
          b: { endpoint: "http://127.0.0.1:1/v1", model: m }
          r: { tiny: reward }
          e: { tiny: embedding }
          l: { tiny: llama, template: ziya2 }
        """;

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_AnswersOfSeveralModels_AreScoredEach()
    {
        _folder.Write("""{"id":"1","instruction":"写一首关于秋天的诗"}""", """{"id":"2","instruction":"Name three rivers of Asia, please."}""");
        var steps = Of("answer: { model: [a, b], samples: 2, max_tokens: 100 }, reward: { model: r }, prefer: {}, reward: { model: r }");
        Assert.Equal([("answer", "a", 4, 400), ("answer", "b", 4, 400), ("reward", "r", 8, 0), ("reward-2", "r", 4, 0)], steps);
    }

    [Fact]
    public void Of_TasksMadeOfSeeds_AreAnsweredToo()
    {
        _folder.Write("""{"id":"1","instruction":"写一首关于秋天的诗"}""", """{"id":"2","instruction":"Name three rivers of Asia, please."}""");
        Assert.Contains(("answer", "a", 52, 520), Of("self_instruct: { model: b, count: 50, instances: 0 }, answer: { model: a, max_tokens: 10 }"));
    }

    [Fact]
    public void Of_KindsThatChange_AreForeseen()
    {
        var zh = string.Concat(Enumerable.Repeat("这一段文字讲的是城市里的河流与桥梁。", 20));
        var en = string.Concat(Enumerable.Repeat("This passage is about rivers and bridges of a town. ", 20));
        _folder.Write($$"""{"id":"zh","text":"{{zh}}"}""", $$"""{"id":"en","text":"{{en}}"}""");
        var job = _folder.Job(Models, "answer_to_instruction: { model: a, rewrite: true, passages: 1, rewrite_tokens: 50 }, translate: { model: b, as: both }, converse: { model: a, turns: 2, answer_tokens: 60, question_tokens: 20 }", kind: "document");
        var estimate = CostEstimate.Of(job, SynthesisFolder.Catalog);
        Assert.Empty(estimate.Unknown);

        // A passage each: the instruction, two marks, the answer anew; its three texts there and back; of the two that come of each one question and one answer more.
        Assert.Equal([8, 8, 8], estimate.Steps.Select(step => (int)step.Use.Requests));
        Assert.Equal(4 * (20 + 60), estimate.Steps[2].Use.CompletionTokens);
    }

    [Fact]
    public void Of_StepsThatScoreOrRepair_CountTheirRequests()
    {
        _folder.Write("""{"id":"1","instruction":"排序","output":"```python\nprint(1)\n```"}""", """{"id":"2","instruction":"Sort","output":"x"}""");
        Assert.Equal(
            [("difficulty", "l", 4, 0), ("difficulty-2", "a", 4, 528), ("compile_check", "b", 6, 60), ("perplexity", "l", 2, 0), ("dedup_semantic", "e", 2, 0), ("diversify", "e", 2, 0)],
            Of("difficulty: { model: l }, difficulty: { by: judge, judge: a }, compile_check: { languages: [csharp], model: b, repairs: 3, max_tokens: 10 }, perplexity: { model: l }, dedup_semantic: { model: e }, diversify: { model: e }"));
    }

    [Fact]
    public void Uses_EveryStepThatNamesAModel_SaysWhatItAsks()
    {
        // Counting tokens asks nothing of a model.
        var silent = from step in SynthesisFolder.Catalog.Steps
                     where step.Name != "count_tokens" && step.Options.GetProperties().Any(property => property.IsDefined(typeof(ModelNameAttribute), false))
                     where step.Step.GetMethod("Uses")!.DeclaringType!.Assembly == typeof(Job).Assembly && step.Step.GetMethod("UsesOnce")!.DeclaringType!.Assembly == typeof(Job).Assembly
                     where step.Name != "diversify"
                     select step.Name;
        Assert.Empty(silent);
    }

    private (string Step, string Model, int Requests, int Tokens)[] Of(string steps) =>
        [.. CostEstimate.Of(_folder.Job(Models, steps), SynthesisFolder.Catalog).Steps.Select(step => (step.Step, step.Use.Model, (int)step.Use.Requests, (int)step.Use.CompletionTokens))];
}
