using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Writing;

/// <summary>Whole jobs whose token files are read back by <see cref="IndexedReader"/>.</summary>
public sealed class TokensFormatTests : IDisposable
{
    private const int Eos = 2;

    private static readonly string Tokenizer = Path.Combine(Root(), "samples", "tokenizers", "llama");
    private static readonly ModelTokenizer Llama = ModelTokenizer.Load(Tokenizer);
    private static readonly string[] Words = ["数据", "模型", "训练", "语言", "的", "，", "。\n", "the ", "data ", "is ", "good. ", "tokens ", "再来", "<s>", "</s>", "𠮷"];

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-tokens-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Run_Documents_AreASequenceEachInRandomOrder()
    {
        var texts = Documents(300, 1);

        var manifest = Run("a", "");
        var sequences = Read("a").SelectMany(file => file.Sequences).ToList();

        Assert.Equal(texts.Select(Whole).Order(), sequences.Select(Key).Order());
        Assert.NotEqual(texts.Select(Whole), sequences.Select(Key));
        Assert.All(sequences, sequence => Assert.Equal(Eos, sequence[^1]));
        Assert.All(Read("a"), file => Assert.Equal(Enumerable.Range(0, file.Sequences.Count + 1).Select(i => (long)i), file.Documents));
        Assert.All(Read("a"), file => Assert.Equal(8, file.Code));
        Assert.Empty(Directory.GetFiles(Out("a"), "*.mask.*"));
        Assert.Equal(300, (int)manifest["rows"]!);
        Assert.Equal(sequences.Sum(sequence => sequence.Length), (int)manifest["tokens"]!);
        Assert.Equal("uint16", (string?)manifest["tokenFiles"]!["type"]);
        Assert.False((bool)manifest["tokenFiles"]!["lossMask"]!);
    }

    [Fact]
    public void Run_AnyWorkersAndShards_WritesTheSameBytesAndAnotherSeedAnotherOrder()
    {
        Documents(400, 2, files: 5);

        Run("one", "context: 64", workers: 1);
        Run("three", "context: 64", workers: 3);
        Run("seed", "", more: "seed: 7");
        Run("plain", "");

        Assert.Equal(Hashes("one"), Hashes("three"));
        Assert.Equal(Sequences("seed").Order(), Sequences("plain").Order());
        Assert.NotEqual(Sequences("seed"), Sequences("plain"));
    }

    [Fact]
    public void Run_ManySeeds_PutEveryRecordEverywhere()
    {
        const int Seeds = 36;
        var texts = Documents(6, 3);
        var firsts = Enumerable.Range(0, Seeds).Select(seed =>
        {
            Run($"s{seed}", "", more: $"seed: {seed}");
            return Sequences($"s{seed}").First();
        }).CountBy(first => first).ToDictionary();

        // Six each, and a standard deviation of two.
        Assert.All(texts, text => Assert.InRange(firsts.GetValueOrDefault(Whole(text)), 1, 14));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Run_SplitContexts_AreFullAndHoldEveryTokenOnce(int context)
    {
        var texts = Documents(200, context);

        Run("order", "");
        Run("packed", $"context: {context}");

        var file = Assert.Single(Read("packed"));
        Assert.All(file.Sequences.SkipLast(1), sequence => Assert.Equal(context, sequence.Length));
        Assert.InRange(file.Sequences[^1].Length, 1, context);
        Assert.Equal(Read("order").Single().Sequences.SelectMany(ids => ids), file.Sequences.SelectMany(ids => ids));
        var pieces = Read("packed", ".pieces").Single().Sequences;
        Assert.Equal(file.Sequences.Select(ids => ids.Length), pieces.Select(lengths => lengths.Sum()));
        Assert.Equal(texts.Count, file.Sequences.SelectMany(ids => ids).Count(id => id == Eos));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(200)]
    public void Run_WholeContexts_AreThoseOfASlowBestFit(int context)
    {
        Documents(300, context);

        Run("order", "");
        Run("packed", $"context: {context}, packing: whole");

        var expected = BestFit(Read("order").Single().Sequences, context, open: 256);
        Assert.Equal(expected.Select(bin => Key([.. bin.SelectMany(piece => piece)])).Order(), Sequences("packed").Order());
        Assert.Equal(
            expected.Select(bin => string.Join(',', bin.Select(piece => piece.Length))).Order(),
            Read("packed", ".pieces").Single().Sequences.Select(lengths => string.Join(',', lengths)).Order());
        Assert.All(Read("packed").Single().Sequences, ids => Assert.InRange(ids.Length, 1, context));
    }

    [Fact]
    public void Run_LongerThanAContext_IsCutOrDropped()
    {
        Write("document", new { id = "short", text = "数据" }, new { id = "long", text = string.Concat(Enumerable.Repeat("数据 and more. ", 9000)) });
        var length = Llama.Encode(string.Concat(Enumerable.Repeat("数据 and more. ", 9000))).Length + 1;

        Run("cut", "context: 1024, packing: whole");
        var report = Execute("drop", "context: 1024, longer: drop");

        // Over two chunks of 16,384 tokens.
        Assert.True(length > 40_000);
        Assert.Equal(length + Llama.Encode("数据").Length + 1, Read("cut").Single().Sequences.Sum(ids => ids.Length));
        Assert.Equal(1, report.Records.Dropped["output"]["longer_than_context"]);
        Assert.Equal(1, report.Records.Written);
    }

    [Fact]
    public void Run_ConversationsInZiyasTemplate_MaskAllButAnswersAndTheirEnds()
    {
        Write("dialogue", new { id = "d", messages = new[] { Say("user", "你好 <bot>:"), Say("assistant", "您好。"), Say("user", "Bye"), Say("assistant", "Bye!") } });

        Run("talk", "", kind: "dialogue");

        var ids = Read("talk").Single().Sequences.Single();
        var mask = Read("talk", ".mask").Single().Sequences.Single();
        Assert.Equal(1, Read("talk", ".mask").Single().Code);
        Assert.Equal([.. Llama.Encode("您好。"), Eos, .. Llama.Encode("Bye!"), Eos], ids.Zip(mask).Where(pair => pair.Second == 1).Select(pair => pair.First));
        int[] human = [Llama.IdOf("<human>")!.Value], bot = [Llama.IdOf("<bot>")!.Value];

        // What a user says is text, also where it is the name of a token.
        Assert.Equal(2, ids.Count(id => id == bot[0]));
        Assert.Equal(2, ids.Count(id => id == human[0]));
        var second = Array.IndexOf(ids, human[0], 1);
        Assert.Equal(Eos, ids[second - 1]);
        Assert.Equal("<human>:你好 <bot>:\n<bot>:您好。</s><human>:Bye\n<bot>:Bye!</s>", Text(ids).Replace(" :", ":", StringComparison.Ordinal).Replace(": 您", ":您", StringComparison.Ordinal).Replace(": B", ":B", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ziya2", "<human>:问\n再问\n<bot>:", "答", true)]
    [InlineData("chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n问\n再问<|im_end|>\n<|im_start|>assistant\n", "答<|im_end|>", false)]
    [InlineData("ziya-coding", "S<|Human|>:问\n再问<|Bot|>:", "答", true)]
    [InlineData("llama2", "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\n问\n再问 [/INST] ", "答 </s>", false)]
    public void Run_InstructionInATemplate_LearnsTheAnswerAndItsEnd(string template, string prompt, string answer, bool ends)
    {
        var system = template == "ziya2" ? null : "S";
        Write("instruction", new { id = "i", instruction = "问", input = "再问", output = "答", system });

        Run("asked", "", kind: "instruction", output: $", template: {template}");

        var ids = Read("asked").Single().Sequences.Single();
        var mask = Read("asked", ".mask").Single().Sequences.Single();
        Assert.Equal(Ids(prompt), ids.Zip(mask).TakeWhile(pair => pair.Second == 0).Select(pair => pair.First));
        int[] learned = [.. ids.Zip(mask).SkipWhile(pair => pair.Second == 0).Select(pair => pair.First)];
        Assert.Equal([.. Ids(answer), .. ends || template == "chatml" ? [Eos] : Array.Empty<int>()], learned);
        Assert.DoesNotContain((byte)0, mask.SkipWhile(one => one == 0).Select(one => (byte)one));
    }

    [Fact]
    public void Run_PackedConversations_KeepTheirMasks()
    {
        Write("instruction", [.. Enumerable.Range(0, 40).Select(i => (object)new { id = $"i{i}", instruction = $"第{i}问", output = new string('答', (i % 7) + 1) })]);

        Run("order", "", kind: "instruction");
        foreach (var packing in new[] { "split", "whole" })
        {
            Run(packing, $"context: 48, packing: {packing}", kind: "instruction");
            var pairs = Pairs(packing);
            Assert.Equal(Pairs("order").Sum(pair => pair.Length), pairs.Sum(pair => pair.Length));
            Assert.Equal(Pairs("order").SelectMany(pair => pair).Order(), pairs.SelectMany(pair => pair).Order());
        }

        Assert.Equal(string.Concat(Pairs("order").SelectMany(pair => pair)), string.Concat(Pairs("split").SelectMany(pair => pair)));

        List<string[]> Pairs(string name) =>
            [.. Read(name).Single().Sequences.Zip(Read(name, ".mask").Single().Sequences).Select(pair => pair.First.Zip(pair.Second, (id, one) => $"{id}:{one} ").ToArray())];
    }

    [Fact]
    public void Run_VocabularyOver65500_WritesInt32()
    {
        var tokenizer = Path.Combine(_folder, "large");
        Directory.CreateDirectory(tokenizer);
        foreach (var path in Directory.GetFiles(Tokenizer).Where(path => !path.EndsWith(".txt", StringComparison.Ordinal)))
        {
            File.Copy(path, Path.Combine(tokenizer, Path.GetFileName(path)));
        }

        File.WriteAllText(Path.Combine(tokenizer, "added_tokens.json"), """{"<human>": 1200, "<bot>": 70000}""");
        Write("instruction", new { id = "i", instruction = "问", output = "答" });

        var manifest = Run("large", "", kind: "instruction", tokenizer: tokenizer);

        var file = Assert.Single(Read("large"));
        Assert.Equal(4, file.Code);
        Assert.Contains(70000, file.Sequences.Single());
        Assert.Equal("int32", (string?)manifest["tokenFiles"]!["type"]);
        Assert.True((bool)manifest["tokenFiles"]!["lossMask"]!);
    }

    [Fact]
    public void Run_FoldersAndSmallShards_AddUpInManifestAndReport()
    {
        var random = new Random(5);
        Write("document", [.. Enumerable.Range(0, 60).Select(i => (object)new
        {
            id = $"d{i}", text = string.Concat(Enumerable.Range(0, 12000).Select(_ => Words[random.Next(Words.Length)])), language = i % 3 == 0 ? "zh" : "en", bucket = i % 2 == 0 ? "high" : "low",
        })]);

        var manifest = Run("many", "context: 512", output: ", shard_mb: 1", write: "{language}");
        var report = JsonNode.Parse(File.ReadAllText($"{_folder}/run-many/report.json"))!;

        Assert.True(Directory.GetFiles(Out("many") + "/en", "part-00000-01.bin").Length == 1);
        var files = manifest["files"]!.AsArray();
        Assert.Equal(60, files.Sum(file => (int)file!["rows"]!));
        Assert.Equal((long)manifest["tokens"]!, Read("many").Sum(file => file.Sequences.Sum(ids => ids.LongLength)));
        foreach (var file in files)
        {
            Assert.Equal((string)file!["sha256"]!, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Out("many"), (string)file["path"]!)))));
        }

        var groups = manifest["groups"]!.AsArray();
        Assert.Equal(4, groups.Count);
        Assert.Equal((long)manifest["tokens"]!, groups.Sum(group => (long)group!["tokens"]!));
        Assert.Equal(["en/high", "en/low", "zh/high", "zh/low"], groups.Select(group => $"{group!["language"]}/{group["bucket"]}"));
        Assert.Equal((long)manifest["tokens"]!, (long)report["stats"]!["written"]!["tokens"]!);

        // A second run with fewer files takes the old ones away.
        Run("many", "context: 512", write: "{language}");
        Assert.Empty(Directory.GetFiles(Out("many") + "/en", "part-00000-01.bin"));
    }

    /// <summary>More folders than files may be open at once, and two of them of the same hash, which come mixed.</summary>
    [Theory]
    [InlineData(5000, "", "")]
    [InlineData(300, "context: 8", ".pieces")]
    public void Run_ThousandsOfFolders_AreWrittenOneAfterTheOther(int folders, string tokens, string beside)
    {
        var (first, second) = Alike();
        var names = Enumerable.Range(0, folders).Select(i => (i % 2 == 0 ? "来源" : "source-") + i.ToString("00000", CultureInfo.InvariantCulture)).Concat([first, second]).ToList();
        var records = Enumerable.Range(0, 2 * names.Count).Select(i => (Id: $"d{i}", Text: $"{i} 数据 data", Source: names[i % names.Count]))
            .Concat(Enumerable.Range(0, 40).Select(i => (Id: $"s{i}", Text: $"{i} 模型 model", Source: i % 2 == 0 ? first : second))).ToList();
        Write("document", [.. records.Select(record => (object)new { id = record.Id, text = record.Text, source = record.Source })]);

        var manifest = Run("folders", tokens, write: "{source}");

        Assert.Equal(records.Count, (int)manifest["rows"]!);
        var texts = records.ToLookup(record => record.Source, record => Whole(record.Text));
        foreach (var folder in names)
        {
            var file = new IndexedReader($"{Out("folders")}/{folder}/part-00000.bin");
            Assert.Equal(texts[folder].SelectMany(text => text.Split(' ')).Order(), file.Sequences.SelectMany(ids => ids).Select(id => $"{id}").Order());
            Assert.True(File.Exists($"{Out("folders")}/{folder}/part-00000{beside}.bin"));
        }
    }

    /// <summary>Two names whose folders have the same hash.</summary>
    private static (string First, string Second) Alike()
    {
        var seen = new Dictionary<uint, string>();
        for (var i = 0; ; i++)
        {
            var name = $"alike-{i}";
            var hash = (uint)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(name + "/"));
            if (!seen.TryAdd(hash, name))
            {
                return (seen[hash], name);
            }
        }
    }

    [Theory]
    [InlineData("format: tokens", "document", "needs to know whose tokens")]
    [InlineData("format: tokens, tokens: { tokenizer: none }", "document", "none")]
    [InlineData("format: tokens, tokens: { }", "document", "lacks 'tokenizer'")]
    [InlineData("format: native, tokens: { tokenizer: LLAMA }", "document", "format 'native' writes no tokens")]
    [InlineData("format: tokens, tokens: { tokenizer: LLAMA, context: 7 }", "document", "out of range")]
    [InlineData("format: tokens, tokens: { tokenizer: LLAMA, packing: tight }", "document", "'packing' cannot be 'tight'")]
    [InlineData("format: tokens, tokens: { tokenizer: LLAMA }, keep: [id]", "document", "writes tokens alone")]
    [InlineData("format: tokens, tokens: { tokenizer: LLAMA }", "preference", "takes document or instruction or dialogue records")]
    [InlineData("format: tokens, tokens: { tokenizer: LLAMA }, template: ziya9", "dialogue", "There is no template 'ziya9'")]
    [InlineData("format: tokens, tokens: { tokenizer: ROOT/jobs/README.md }", "document", "README.md")]
    public void Parse_WrongOptions_AreFaultsOfTheJob(string output, string kind, string message)
    {
        output = output.Replace("LLAMA", Tokenizer, StringComparison.Ordinal).Replace("ROOT", Root(), StringComparison.Ordinal);

        var thrown = Assert.Throws<JobFaultException>(() => JobFile.Parse($"job: t\ninput: {{ read: a.jsonl, kind: {kind} }}\nsteps: []\noutput: {{ write: out, {output} }}\n", "job.yaml", [], SynthesisFolder.Catalog, false));

        Assert.Contains(message, string.Join('\n', thrown.Faults.Select(fault => fault.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_OfAWrittenRecord_NamesItsFile()
    {
        Documents(20, 4);
        Run("traced", "");

        var story = Assert.Single(Trace.Of(RunFolder.At($"{_folder}/run-traced"), SynthesisFolder.Catalog, "d00007", TimeProvider.System));

        Assert.EndsWith("out-traced/part-00000.bin, among its tokens", story[^1].What, StringComparison.Ordinal);
    }

    private static List<List<int[]>> BestFit(List<int[]> records, int context, int open)
    {
        var closed = new List<List<int[]>>();
        var bins = new List<List<int[]>>();
        foreach (var record in records)
        {
            var rest = record;
            for (; rest.Length >= context; rest = rest[context..])
            {
                closed.Add([rest[..context]]);
            }

            if (rest.Length == 0)
            {
                continue;
            }

            var fit = bins.Where(bin => Free(bin) >= rest.Length).OrderBy(Free).FirstOrDefault();
            if (fit is null)
            {
                if (bins.Count == open)
                {
                    var full = bins.OrderBy(Free).First();
                    bins.Remove(full);
                    closed.Add(full);
                }

                bins.Add(fit = []);
            }

            fit.Add(rest);
        }

        return [.. closed, .. bins];

        int Free(List<int[]> bin) => context - bin.Sum(piece => piece.Length);
    }

    private static object Say(string role, string content) => new { role, content };

    private static int[] Ids(string text)
    {
        var ids = new TokenBuffer();
        Llama.Encode(text, ids, true, false);
        return ids.Ids.ToArray();
    }

    private static string Text(int[] ids) => Llama.Decode(ids, false);

    private static string Whole(string text) => Key([.. Llama.Encode(text), Eos]);

    private static string Key(int[] ids) => string.Join(' ', ids);

    private List<string> Documents(int count, int seed, int files = 1)
    {
        var random = new Random(seed);
        var texts = Enumerable.Range(0, count).Select(i => $"{i} " + string.Concat(Enumerable.Range(0, random.Next(0, 60)).Select(_ => Words[random.Next(Words.Length)]))).ToList();
        Directory.CreateDirectory(Path.Combine(_folder, "in"));
        for (var file = 0; file < files; file++)
        {
            File.WriteAllLines(
                Path.Combine(_folder, "in", $"{file}.jsonl"),
                texts.Select((text, i) => (Id: string.Create(CultureInfo.InvariantCulture, $"d{i:00000}"), text)).Where((_, i) => i % files == file).Select(pair => JsonSerializer.Serialize(new { id = pair.Id, pair.text })));
        }

        return texts;
    }

    private void Write(string kind, params object[] records)
    {
        Assert.NotEmpty(kind);
        Directory.CreateDirectory(Path.Combine(_folder, "in"));
        File.WriteAllLines(Path.Combine(_folder, "in", "a.jsonl"), records.Select(record => JsonSerializer.Serialize(record)));
    }

    private JsonNode Run(string name, string tokens, string kind = "document", int workers = 2, string more = "", string output = "", string write = "", string? tokenizer = null)
    {
        var report = Execute(name, tokens, kind, workers, more, output, write, tokenizer);
        Assert.Equal(report.Records.Read, report.Records.Written);
        return JsonNode.Parse(File.ReadAllText(Path.Combine(Out(name), "manifest.json")))!;
    }

    private Report Execute(string name, string tokens, string kind = "document", int workers = 2, string more = "", string output = "", string write = "", string? tokenizer = null)
    {
        var job = JobFile.Parse(
            $"job: tokens-{name}\ninput: {{ read: '{_folder}/in/*.jsonl', kind: {kind} }}\nsteps: []\noutput: {{ write: '{Out(name)}/{write}', format: tokens, tokens: {{ tokenizer: '{tokenizer ?? Tokenizer}', {tokens} }}{output} }}\n{more}\n",
            "job.yaml", [], SynthesisFolder.Catalog);
        using var run = Pipeline.Runs.Run.Open(job, SynthesisFolder.Catalog, $"{_folder}/run-{name}", false, TimeProvider.System);
        new LocalEngine(workers, TimeProvider.System).Execute(run, default);
        return run.Finish("done");
    }

    private string Out(string name) => Path.Combine(_folder, "out-" + name);

    private List<IndexedReader> Read(string name, string what = "") =>
    [
        .. Directory.GetFiles(Out(name), "*.bin", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(path => what.Length > 0 ? path.Contains(what, StringComparison.Ordinal) : Path.GetFileName(path).Count(c => c == '.') == 1).Select(path => new IndexedReader(path)),
    ];

    private IEnumerable<string> Sequences(string name) => Read(name).SelectMany(file => file.Sequences).Select(Key);

    private IEnumerable<string> Hashes(string name) => Directory.GetFiles(Out(name), "part-*").Order(StringComparer.Ordinal)
        .Select(path => Path.GetFileName(path) + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Ziya.Pipeline.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
