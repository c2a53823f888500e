using Ziya.Synthesis.Knowledge;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Knowledge;

public sealed class AddKnowledgeTests : IDisposable
{
    private static readonly string[] Words = [.. "山水河流城市历史诗词音乐战争农业天文地理".Select(c => c.ToString()), .. "river town music war star farm poem law trade ship".Split(' ').Select(word => $" {word} ")];

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("长江是亚洲最长的河流。", "长江 江是 是亚 亚洲 洲最 最长 长的 的河 河流")]
    [InlineData("The RHINE, 1230 km", "the rhine 1230 km")]
    [InlineData("在GPU上跑。", "在 gpu 上跑")]
    [InlineData("…!", "")]
    public void Of_Terms_AreWordsAndPairs(string text, string terms) => Assert.Equal(terms, string.Join(' ', Terms.Of(text)));

    [Fact]
    public void Find_RandomCorpora_GivesWhatThePlainFormulaGives()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            string Text(int most) => string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => Words[random.Next(Words.Length)]));
            string[] passages = [.. Enumerable.Range(0, 150).Select(_ => Text(60))];
            var (k1, b, stop) = (random.NextDouble() * 2, random.NextDouble(), 0.3 + (random.NextDouble() * 0.7));
            var index = new Bm25Index(k1, b, stop);
            foreach (var passage in passages)
            {
                index.Add(passage, null, [passage]);
            }

            for (var i = 0; i < 10; i++)
            {
                var query = Text(12);
                var expected = Plain(passages, query, k1, b, stop);
                var found = index.Find(query, 7);
                Assert.Equal(Math.Min(7, expected.Count), found.Count);
                Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second.Score, pair.First.Score, 9));
                Assert.All(found, hit => Assert.Equal(expected.Single(one => one.Passage == hit.Passage).Score, hit.Score, 9));
            }
        }
    }

    [Fact]
    public void Of_Passages_AreBoundedAndLoseNothing()
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(300)).Select(_ => random.Next(9) switch { 0 => "。", 1 => ". ", 2 => "\n", 3 => "😀", 4 => " ", 5 => "word", _ => "字" }));
            string[] passages = [.. Passages.Of(text, 20)];
            Assert.All(passages, passage => Assert.InRange(passage.Length, 1, 20));
            Assert.Equal(string.Concat(text.Where(c => !char.IsWhiteSpace(c))), string.Concat(string.Concat(passages).Where(c => !char.IsWhiteSpace(c))));
            Assert.All(passages, passage => Assert.Equal(passage, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(passage))));
        }

        Assert.Equal(["长江很长。黄河很黄。", "The Rhine is 1.2 Mm."], Passages.Of("长江很长。黄河很黄。The Rhine is 1.2 Mm.", 20));
    }

    [Fact]
    public void Find_PlantedPassages_AreFoundInBothLanguages()
    {
        var random = new Random(11);
        var index = new Bm25Index(1.2, 0.75, 0.2);
        var (names, hits) = (new List<(string Query, string Id)>(), 0);
        for (var i = 0; i < 2000; i++)
        {
            var noise = string.Concat(Enumerable.Range(0, 80).Select(_ => Words[random.Next(Words.Length)]));
            var zh = new string([.. Enumerable.Range(0, 4).Select(_ => (char)random.Next('\u4e00', '\u5e00'))]);
            var en = new string([.. Enumerable.Range(0, 3).Select(_ => (char)random.Next('a', 'z'))]);
            names.Add((i % 2 == 0 ? $"请介绍一下{zh}的历史和地理。" : $"Tell me about the history of {en} and its river, please.", $"{i}"));
            index.Add($"{i}", null, [noise[..40] + (i % 2 == 0 ? zh : $" {en} ") + noise[40..]]);
        }

        foreach (var (query, id) in names)
        {
            hits += index.Find(query, 3).Any(hit => index[hit.Passage].Id == id) ? 1 : 0;
        }

        // English names of three letters are often taken twice, so not all can be among three: 1997 of 2000 are.
        Assert.InRange(hits, 1980, 2000);
    }

    [Fact]
    public void Run_Corpus_GoesIntoTheInputWithItsProvenance()
    {
        WriteCorpus();
        _folder.Write("""{"id":"a","instruction":"长江有多长？"}""", """{"id":"b","instruction":"How long is the Rhine","input":"in km","system":"s"}""", """{"id":"c","instruction":"xyzzy"}""");
        var report = _folder.Run("m: { tiny: llama }", $"add_knowledge: {{ corpus: \"{_folder.Path}/corpus/*\", k: 1, stop_share: 1 }}");
        Assert.Equal(3, report.Records.Written);
        var rows = _folder.Output();
        Assert.Equal("可以参考下面的资料，其中有些可能与问题无关：\n\n[1] 长江全长6300余公里。", (string?)rows[0]["input"]);
        Assert.Equal("in km\n\nPassages that may help, not all of them to the point:\n\n[1] The Rhine is about 1230 km long.", (string?)rows[1]["input"]);
        Assert.Equal(("zh-1", "wiki"), ((string?)rows[0]["lineage"]!["knowledge"]![0]!["id"], (string?)rows[0]["lineage"]!["knowledge"]![0]!["source"]));
        Assert.Equal(Math.Round((double)rows[0]["scores"]!["knowledge"]!, 4), (double)rows[0]["lineage"]!["knowledge"]![0]!["score"]!, 4);
        Assert.Equal("add_knowledge/context.en v1", (string?)rows[1]["lineage"]!["knowledge_prompt"]);
        Assert.Null(rows[2]["input"]);

        report = _folder.Run("m: { tiny: llama }", $"add_knowledge: {{ corpus: \"{_folder.Path}/corpus/*\", stop_share: 1, into: system, missing: drop }}");
        Assert.Equal(new Dictionary<string, long> { ["no_knowledge"] = 1 }, report.Records.Dropped["add_knowledge"]);
        Assert.StartsWith("s\n\nPassages", (string?)_folder.Output()[1]["system"], StringComparison.Ordinal);
    }

    [Fact]
    public void Fuse_RandomLists_IsThePlainSumOverRanks()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            (int Passage, double Score)[] List() => [.. Enumerable.Range(0, 30).OrderBy(_ => random.Next()).Take(random.Next(12)).Select((passage, at) => (passage, 1.0 / (at + 1)))];
            var (words, vectors) = (List(), List());
            double Sum((int Passage, double Score)[] list, int passage) => Array.FindIndex(list, one => one.Passage == passage) is >= 0 and var rank ? 1.0 / (61 + rank) : 0;
            var expected = Enumerable.Range(0, 30).Select(passage => (passage, Sum: Sum(words, passage) + Sum(vectors, passage))).Where(one => one.Sum > 0).OrderByDescending(one => one.Sum).ThenBy(one => one.passage).Take(5).Select(one => one.passage);
            var hits = Hit.Fuse(words, vectors, 5);
            Assert.Equal(expected, hits.Select(hit => hit.Passage));
            Assert.All(hits, hit => Assert.Equal(words.Where(one => one.Passage == hit.Passage).Select(one => (double?)one.Score).SingleOrDefault(), hit.Score));
        }
    }

    [Fact]
    public void Run_EmbeddingModel_FindsWhatWordsDoNot()
    {
        WriteCorpus();
        _folder.Write("""{"id":"zh","instruction":"黄河水很黄，流经九个省区。"}""", """{"id":"en","instruction":"The Nile flows north."}""", """{"id":"neither","instruction":"xyzzy 42"}""");
        var step = $"add_knowledge: {{ corpus: \"{_folder.Path}/corpus/*\", model: e, k: 1, min_similarity: 0.999, stop_share: 1";
        var report = _folder.Run("e: { tiny: embedding }", step + ", min_score: 1000, missing: drop }", workers: 1);
        Assert.Equal(1, report.Records.Dropped["add_knowledge"]["no_knowledge"]);
        var rows = _folder.Output();
        Assert.Equal("zh-2", (string?)rows[0]["lineage"]!["knowledge"]![0]!["id"]);
        Assert.EndsWith("[1] The Nile flows north.", (string?)rows[1]["input"], StringComparison.Ordinal);
        Assert.All(rows, row => Assert.True((double)row["scores"]!["knowledge_similarity"]! > 0.999 && row["scores"]!["knowledge"] is null && row["lineage"]!["knowledge"]![0]!["score"] is null));

        // Found by both: both numbers, and the same from any number of workers.
        _folder.Run("e: { tiny: embedding }", step + " }", workers: 1);
        var first = File.ReadAllText(_folder.OutputFile);
        Assert.True((double)_folder.Output()[0]["scores"]!["knowledge"]! > 0 && (double)_folder.Output()[0]["lineage"]!["knowledge"]![0]!["similarity"]! > 0.999);
        _folder.Run("e: { tiny: embedding }", step + " }", workers: 3);
        Assert.Equal(first, File.ReadAllText(_folder.OutputFile));
    }

    [Fact]
    public void Run_Workers_GiveTheSameAndAChangedCorpusCounts()
    {
        WriteCorpus();
        _folder.Write([.. Enumerable.Range(0, 40).Select(i => $$"""{"id":"{{i}}","instruction":"{{(i % 2 == 0 ? "长江和黄河哪个长" : "the rhine or the nile")}} {{i}}"}""")]);
        var step = $"add_knowledge: {{ corpus: \"{_folder.Path}/corpus/*\", stop_share: 1 }}";
        _folder.Run("m: { tiny: llama }", step, workers: 1);
        var first = File.ReadAllText(_folder.OutputFile);
        _folder.Run("m: { tiny: llama }", step, workers: 3);
        Assert.Equal(first, File.ReadAllText(_folder.OutputFile));
        File.AppendAllLines(Path.Combine(_folder.Path, "corpus", "a.jsonl"), ["""{"id":"new","text":"长江和黄河哪个长：长江。"}"""]);
        _folder.Run("m: { tiny: llama }", step, fresh: false);
        Assert.Equal("new", (string?)_folder.Output()[0]["lineage"]!["knowledge"]![0]!["id"]);
    }

    [Fact]
    public void Run_WrongCorpora_AreNamed()
    {
        WriteCorpus();
        _folder.Write("""{"id":"a","instruction":"x"}""");
        var faults = Assert.Throws<Pipeline.Jobs.JobFaultException>(() => _folder.Job("m: { tiny: llama }", "add_knowledge: { corpus: no/such.jsonl }")).Message;
        Assert.Contains("no file matches no/such.jsonl", faults, StringComparison.Ordinal);
        File.AppendAllLines(Path.Combine(_folder.Path, "corpus", "a.jsonl"), ["{broken"]);
        var failure = Assert.Throws<Pipeline.Execution.JobFailedException>(() => _folder.Run("m: { tiny: llama }", $"add_knowledge: {{ corpus: \"{_folder.Path}/corpus/*\" }}"));
        Assert.Contains("a.jsonl:4: ", failure.Message, StringComparison.Ordinal);
    }

    private void WriteCorpus()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "corpus"));
        File.WriteAllLines(Path.Combine(_folder.Path, "corpus", "a.jsonl"),
            ["""{"id":"zh-1","source":"wiki","text":"长江全长6300余公里。"}""", """{"id":"zh-2","text":"黄河水很黄，流经九个省区。"}""", """{"id":"en-1","text":"The Rhine is about 1230 km long."}"""]);
        File.WriteAllText(Path.Combine(_folder.Path, "corpus", "b.txt"), "The Nile flows north.");
    }

    private static List<(int Passage, double Score)> Plain(string[] passages, string query, double k1, double b, double stop)
    {
        var terms = passages.Select(passage => Terms.Of(passage).ToList()).ToList();
        var average = terms.Average(list => list.Count);
        var scores = passages.Select((_, at) => Terms.Of(query).Distinct().Sum(term =>
        {
            var n = terms.Count(list => list.Contains(term));
            var f = terms[at].Count(one => one == term);
            return f == 0 || (n > 10 && n > stop * passages.Length) ? 0
                : Math.Log(1 + ((passages.Length - n + 0.5) / (n + 0.5))) * f * (k1 + 1) / (f + (k1 * (1 - b + (b * terms[at].Count / average))));
        }));
        return [.. scores.Select((score, at) => (Passage: at, Score: score)).Where(one => one.Score > 0).OrderByDescending(one => one.Score).ThenBy(one => one.Passage)];
    }
}
