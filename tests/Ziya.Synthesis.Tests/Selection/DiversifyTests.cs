using System.Text.Json.Nodes;
using Ziya.Corpus.Deduplication;
using Ziya.Models.Scoring;
using Ziya.Pipeline.Jobs;
using Ziya.Synthesis.Selection;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Selection;

/// <summary>Against the obvious way: in order, each with all that stay before it.</summary>
public sealed class DiversifyTests : IDisposable
{
    private static readonly string[] Words = ["春天", "公园", "写一首", "关于", "月亮", "的", "诗", "write", "a poem", "about", "the moon", "and", "park", "解释", "代码"];

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0.5, null, true, 1)]
    [InlineData(0.5, null, false, 3)]
    [InlineData(0.2, 20, true, 2)]
    [InlineData(0.8, null, true, 2)]
    [InlineData(0.0, null, true, 2)]
    [InlineData(1.0, 50, true, 2)]
    public void Run_MinHash_KeepsWhatComparingAllKeeps(double bound, int? count, bool isScored, int workers)
    {
        var random = new Random(17);
        var records = Enumerable.Range(0, 400).Select(at => (
            Id: $"r{at}",
            Text: at % 50 == 0 ? "" : string.Concat(Enumerable.Range(0, random.Next(3, 9)).Select(_ => Words[random.Next(Words.Length)] + " ")),
            Score: (double)random.Next(30))).ToList();
        _folder.Write([.. records.Select(record => new JsonObject { ["id"] = record.Id, ["instruction"] = record.Text, ["output"] = $"{record.Id} 不同的回答", ["scores"] = new JsonObject { ["q"] = record.Score } }.ToJsonString())]);

        var report = _folder.Run("x: { tiny: llama }", FormattableString.Invariant($"diversify: {{ max_similarity: {bound}{(isScored ? ", by: scores.q" : "")}{(count is null ? "" : $", count: {count}")} }}"), workers: workers);

        var hasher = new MinHasher(3, new Permutations(Diversify.Hashes));
        var kept = new List<(string Id, byte[] Sketch)>();
        var similar = new Dictionary<string, string>();
        foreach (var record in isScored ? records.OrderByDescending(record => record.Score).ToList() : records)
        {
            var signature = hasher.Sign(record.Text);
            if (signature.IsEmpty || kept.Count == count)
            {
                continue;
            }

            var sketch = new byte[Diversify.Hashes];
            Sketch.Write(signature, sketch);
            if (kept.Find(other => Sketch.Similarity(Sketch.Agreeing(sketch, other.Sketch), sketch.Length) > bound) is { Id: { } like })
            {
                similar.Add(record.Id, like);
            }
            else
            {
                kept.Add((record.Id, sketch));
            }
        }

        Assert.Equal(kept.Select(record => record.Id).Order(StringComparer.Ordinal), _folder.Output().Select(record => (string)record["id"]!).Order(StringComparer.Ordinal));
        var dropped = _folder.Dropped("diversify").ToList();
        Assert.Equal(similar, dropped.Where(row => (string?)row["_drop"]!["reason"] == "similar").ToDictionary(row => (string)row["id"]!, row => (string)row["_drop"]!["keeper_id"]!));
        Assert.Equal(8, report.Records.Dropped["diversify"]["no_text"]);
    }

    [Fact]
    public void FindSimilar_AnyBound_FindsWhatAScanFinds()
    {
        var random = new Random(23);
        foreach (var bound in new[] { 0, 0.1, 0.3, 0.5, 0.6, 0.75, 0.9, 0.97, 0.999, 1 })
        {
            var set = new KeptSketches(Diversify.Hashes, bound);
            var all = new List<byte[]>();
            for (var round = 0; round < 3000; round++)
            {
                var sketch = new byte[Diversify.Hashes];
                random.NextBytes(sketch);
                if (all.Count > 0 && random.Next(3) > 0)
                {
                    // A copy that differs in as many places as the bound allows, or a few more or less.
                    all[random.Next(all.Count)].CopyTo(sketch, 0);
                    for (var places = Math.Max(0, (int)((1 - bound) * sketch.Length) + random.Next(-3, 4)); places > 0; places--)
                    {
                        sketch[random.Next(sketch.Length)] = (byte)random.Next(256);
                    }
                }

                var expected = all.FindIndex(other => Sketch.Similarity(Sketch.Agreeing(sketch, other), sketch.Length) > bound);
                Assert.Equal(expected, set.FindSimilar(sketch, out _));
                if (expected < 0)
                {
                    set.Add(sketch);
                    all.Add(sketch);
                }
            }
        }
    }

    [Fact]
    public async Task Run_Model_KeepsWhatComparingAllKeeps()
    {
        string[] texts = [.. Enumerable.Range(0, 60).Select(at => string.Concat(Enumerable.Range(0, 4).Select(word => Words[(at * 7 + word * at) % Words.Length])))];
        _folder.Write([.. texts.Select((text, at) => new JsonObject { ["id"] = $"{at}", ["instruction"] = text, ["scores"] = new JsonObject { ["c"] = at % 7, ["q"] = at % 5 } }.ToJsonString())]);

        _folder.Run("e: { tiny: embedding }", "diversify: { model: e, max_similarity: 0.8, by: [scores.c, scores.q], count: 12 }");

        using var model = Embedder.Open("e", "models/tiny-embedding-42", new ScoringOptions());
        var kept = new List<(int At, short[] Vector)>();
        foreach (var at in Enumerable.Range(0, texts.Length).OrderByDescending(at => at % 7 * (at % 5)))
        {
            var vector = UnitVector.Of((await model.Embed(texts[at], default)).Vector.Span)!;
            if (kept.Count < 12 && kept.TrueForAll(other => UnitVector.Cosine(vector, other.Vector) <= 0.8))
            {
                kept.Add((at, vector));
            }
        }

        Assert.Equal(kept.Select(record => $"{record.At}").Order(StringComparer.Ordinal), _folder.Output().Select(record => (string)record["id"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_Compare_LooksAtTheQuestionOrAtAll()
    {
        _folder.Write(
            """{"id":"a","instruction":"写一首关于月亮的诗","output":"床前明月光，疑是地上霜，举头望明月，低头思故乡。"}""",
            """{"id":"b","instruction":"写一首关于月亮的诗","output":"海上生明月，天涯共此时，情人怨遥夜，竟夕起相思。"}""");

        _folder.Run("x: { tiny: llama }", "diversify");
        Assert.Equal(["a"], _folder.Output().Select(record => (string?)record["id"]));

        _folder.Run("x: { tiny: llama }", "diversify: { compare: whole }");
        Assert.Equal(["a", "b"], _folder.Output().Select(record => (string?)record["id"]));
    }

    [Fact]
    public void Parse_UnknownScore_IsAFaultOfTheFile()
    {
        var fault = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            "job: t\ninput: { read: a.jsonl, kind: instruction }\nsteps: [{ diversify: { by: [length, quality] } }]\noutput: { write: out }\n", "job.yaml", [], SynthesisFolder.Catalog, false));

        Assert.Contains("reads 'quality', which nothing before it writes", Assert.Single(fault.Faults).ToString(), StringComparison.Ordinal);
    }
}
