using System.Text;
using Ziya.Models.Completions;
using Ziya.Models.Generation;
using Ziya.Models.Recordings;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Models.Tests.Recordings;

public sealed class RecordingTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Find_LinesOfManyForms_GivesEachItsAnswer()
    {
        File.WriteAllText(_path, "\ufeff{\"record\":\"甲\",\"step\":\"answer\",\"operation\":\"answer\",\"text\":\"一\\n二 𠮷 🙂\"}\r\n\n"
            + "{\"operation\":\"answer\",\"step\":\"answer\",\"record\":\"甲\",\"sample\":2,\"text\":\"\",\"ending\":\"length\",\"model\":\"a\",\"note\":\"cut\"}\n"
            + "{\"record\":\"甲\",\"step\":\"reward\",\"operation\":\"output\",\"score\":-1.5,\"cut\":3,\"prompt\":\"0123456789abcdef\"}\n"
            + "{\"record\":\"甲\",\"step\":\"answer\",\"operation\":\"answer\",\"sample\":3,\"text\":null,\"asked\":[]}\n"
            + "{\"record\":\"甲\",\"step\":\"answer-2\",\"operation\":\"answer\",\"text\":\"last\"}");
        using var recording = Recording.Open(_path);
        Assert.Equal(4, recording.Count);
        Assert.Equal(("一\n二 𠮷 🙂", "recorded"), (recording.Find(Of("甲"), "m")!.Text, recording.Find(Of("甲"), "m")!.Model));
        Assert.Equal(("", Ending.Length, "a"), (recording.Find(Of("甲", sample: 2), "m")!.Text, recording.Find(Of("甲", sample: 2), "m")!.Ending, recording.Find(Of("甲", sample: 2), "m")!.Model));
        Assert.Equal((-1.5, 3, "0123456789abcdef"), Found(recording.Find(new Purpose("甲", "reward", "output"), "m")!));
        Assert.Equal("last", recording.Find(new Purpose("甲", "answer-2", "answer"), "m")!.Text);
        Assert.Null(recording.Find(Of("甲", sample: 3), "m"));
        Assert.Null(recording.Find(Of("乙"), "m"));

        static (double?, int, string?) Found(RecordedAnswer answer) => (answer.Score, answer.Cut, answer.Prompt);
    }

    [Fact]
    public void Find_AnswersOfSeveralModels_AreToldApartByTheModelsName()
    {
        File.WriteAllLines(_path, [Line("a", "A"), Line("b", "B")]);
        using var recording = Recording.Open(_path);
        Assert.Equal(("A", "B"), (recording.Find(Of("1"), "a")!.Text, recording.Find(Of("1"), "b")!.Text));
        Assert.Contains("answers of several models", Assert.Throws<InvalidDataException>(() => recording.Find(Of("1"), "c")).Message, StringComparison.Ordinal);

        static string Line(string model, string text) => $$"""{"record":"1","step":"answer","operation":"answer","model":"{{model}}","text":"{{text}}"}""";
    }

    [Theory]
    [InlineData("[1]", "expected a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"step":"s","operation":"o","text":""}""", "\"record\" is missing")]
    [InlineData("""{"record":"1","operation":"o","text":""}""", "\"step\" is missing")]
    [InlineData("""{"record":"1","step":"s","text":""}""", "\"operation\" is missing")]
    [InlineData("""{"record":1,"step":"s","operation":"o","text":""}""", "\"record\" expects a text, found 1")]
    [InlineData("""{"record":"1","step":"s","operation":"o","smaple":2,"text":""}""", "\"smaple\" is no field of an answer")]
    [InlineData("""{"record":"1","step":"s","operation":"o","text":"\ud842"}""", "not valid JSON")]
    [InlineData("""{"record":"1","step":"s","operation":"o","text":["x"]}""", "\"text\" expects a text or null")]
    [InlineData("""{"record":"1","step":"s","operation":"o","text":"x","score":1}""", "a line holds one answer")]
    [InlineData("""{"record":"1","step":"s","operation":"o","text":"x","ending":"end"}""", "expects stop, length or filtered")]
    [InlineData("""{"record":"0","step":"s","operation":"o","text":"again"}""", "line 1 answers the same: record '0', step 's', operation 'o', sample 1, model 'recorded'")]
    public void Faults_WrongLine_IsToldWithItsPlace(string line, string fault)
    {
        File.WriteAllLines(_path, ["""{"record":"0","step":"s","operation":"o","text":"x"}""", line]);
        var told = Assert.Single(Recording.Faults(_path));
        Assert.StartsWith($"{_path}:2: ", told, StringComparison.Ordinal);
        Assert.Contains(fault, told, StringComparison.Ordinal);
        Assert.Equal(told, Assert.Throws<InvalidDataException>(() => Recording.Open(_path)).Message);
    }

    [Fact]
    public void Faults_NoFile_IsToldByItsName() => Assert.Equal(["there is no recording no/such.jsonl."], Recording.Faults("no/such.jsonl"));

    [Fact]
    public void Write_Answers_ReadBackTheSameInOneLineWithoutEscapedCharacters()
    {
        RecordedAnswer[] answers =
        [
            new(Of("甲")) { Text = "他说：“好”\n𠮷🙂\u0001\\", Ending = Ending.Filtered, Prompt = "00ff", Model = "b" },
            new(Of("甲", sample: 7)) { Score = 0.1, Cut = 2 },
            new(Of("甲")) { LogProbability = -12.25, Tokens = 7 },
        ];
        foreach (var answer in answers)
        {
            var line = new JsonLine();
            answer.Write(line);
            Assert.Equal(answer, RecordedAnswer.Parse(line.Memory));
            Assert.DoesNotContain("\\u4", Encoding.UTF8.GetString(line.Written), StringComparison.Ordinal);
            Assert.DoesNotContain('\n', Encoding.UTF8.GetString(line.Written));
        }
    }

    [Fact]
    public void Of_Messages_DependsOnEveryTurnAlone()
    {
        Message[] messages = [new("system", "a"), new("user", "b")];
        Assert.Matches("^[0-9a-f]{16}$", PromptHash.Of(messages));
        Assert.Equal(PromptHash.Of(messages), PromptHash.Of([.. messages]));
        Assert.Equal(4, new[] { messages, [messages[1], messages[0]], [messages[1]], [new("system", "ab"), new("user", "")] }.Select(PromptHash.Of).Distinct().Count());
    }

    [Fact]
    public async Task Publish_IdsAndChoicesOfAnyKind_MakeAFileThatCanBeReplayed()
    {
        var folder = Directory.CreateTempSubdirectory("ziya-recording-");
        var context = new ModelContext("m", "", new FileStore(folder.FullName), TimeProvider.System, typeof(ITextScorer));
        RecordedAnswer[] answers =
        [
            new(Of("a\0b\0c")) { Text = "一", Model = "m" }, new(Of("a\0b")) { Text = "二", Model = "m" },
            new(new Purpose("甲", "judge", "judge 1 2")) { Choices = [double.NegativeInfinity, -0.5, double.NaN], Model = "m" },
        ];
        await using (var kept = new CompletionCache(context.Store, context.Recordings))
        {
            foreach (var answer in answers)
            {
                var line = new JsonLine();
                answer.Write(line);
                await kept.Keep(Recording.Key(answer.For, answer.Model), line.Written.ToArray());
            }
        }

        File.Delete(_path);
        Assert.Single(RecordingFile.Publish(_path, context));
        Assert.Single(RecordingFile.Publish(_path, context));
        using var recording = Recording.Open(_path);
        Assert.Equal(3, recording.Count);
        Assert.Equal(("一", "二"), (recording.Find(answers[0].For, "m")!.Text, recording.Find(answers[1].For, "m")!.Text));
        Assert.Equal(1, recording.Find(answers[2].For, "m")!.Choices!.Index().MaxBy(choice => choice.Item).Index);
        folder.Delete(true);
    }

    private static Purpose Of(string record, int sample = 1) => new(record, "answer", "answer", sample);
}
