using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Ziya.Corpus.Scoring.Lm;

namespace Ziya.Benchmarks;

/// <summary>
/// <c>lm train TEXT FOLDER BIN</c> and <c>lm query ARPA TEXT FOLDER BIN</c>: n-gram models beside KenLM's programs, which lie in the folder BIN. Texts have a space between tokens. Processor time of both, on one thread
/// where a program has one; loading a model is taken off by a run over an empty text.
/// </summary>
internal static partial class LmBenchmark
{
    private const int Rounds = 5;

    /// <summary>Measures one of them; the exit code.</summary>
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["train", var text, var folder, var bin]:
                Train(text, folder, bin);
                return 0;
            case ["query", var arpa, var text, var folder, var bin]:
                Query(arpa, text, folder, bin);
                return 0;
            default:
                Console.Error.WriteLine("lm train TEXT FOLDER BIN | lm query ARPA TEXT FOLDER BIN");
                return 2;
        }
    }

    private static void Train(string text, string folder, string bin)
    {
        Directory.CreateDirectory(folder);
        var start = Spent.Now;
        var tokens = LmTokens.Of(LmTokens.Word, _ => throw new InvalidOperationException("words need no tokenizer."));
        using var trainer = new LmTrainer(new LmTrainOptions { Scratch = folder }, tokens);
        foreach (var line in File.ReadLines(text))
        {
            trainer.Add(System.Text.Encoding.UTF8.GetBytes(line));
        }

        using (var writer = new ArpaWriter(Path.Combine(folder, "ziya.arpa"), folder))
        {
            trainer.Estimate([writer]);
        }

        var ours = Spent.Now - start;
        Console.WriteLine($"ziya lm train  {ours}");
        var theirs = Peer(bin, "lmplz", ["-o", "5", "-S", "1G", "-T", folder, "--text", text, "--arpa", Path.Combine(folder, "lmplz.arpa")], null, null);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lmplz          {theirs.Wall:0.0} s, {theirs.Cpu:0.0} s of the processors: {theirs.Wall / ours.Wall.TotalSeconds:0.00} x on the wall, {theirs.Cpu / ours.Cpu.TotalSeconds:0.00} x"));
    }

    private static void Query(string arpa, string text, string folder, string bin)
    {
        Directory.CreateDirectory(folder);
        var (own, binary, ids, nothing) = (Path.Combine(folder, "ziya.lm"), Path.Combine(folder, "kenlm.bin"), Path.Combine(folder, "ids"), Path.Combine(folder, "nothing"));
        var tokens = LmTokens.Of(LmTokens.Word, _ => throw new InvalidOperationException("words need no tokenizer."));
        if (!File.Exists(own))
        {
            LmFiles.Convert(arpa, own, tokens);
        }

        if (!File.Exists(binary))
        {
            Peer(bin, "build_binary", ["probing", arpa, binary], null, null);
        }

        Peer(bin, "kenlm_benchmark", ["-v", "-m", binary], text, ids);
        File.WriteAllText(nothing, "");
        using var model = LanguageModel.Open(own);
        var bytes = File.ReadAllBytes(text);
        var lines = Cut(bytes, model, tokens);
        var count = lines.Sum(line => line.Length + 1);
        var best = (Ids: double.MaxValue, Text: double.MaxValue, TheirIds: double.MaxValue, TheirText: double.MaxValue);
        double sum = 0, cut = 0;
        var say = "";
        for (var round = 0; round < Rounds; round++)
        {
            var start = Spent.Now;
            sum = lines.Sum(line => model.Score(line));
            best.Ids = Math.Min(best.Ids, (Spent.Now - start).Cpu.TotalSeconds);
            start = Spent.Now;
            cut = EndToEnd(bytes, model, tokens);
            best.Text = Math.Min(best.Text, (Spent.Now - start).Cpu.TotalSeconds);
            var query = Peer(bin, "query", ["-v", "summary", binary], text, null);
            say = query.Said;
            best.TheirText = Math.Min(best.TheirText, query.Cpu - Peer(bin, "query", ["-v", "summary", binary], nothing, null).Cpu);
            best.TheirIds = Math.Min(best.TheirIds, Peer(bin, "kenlm_benchmark", ["-q", "-m", binary, "-t", "1"], ids, null).Cpu);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} queries; perplexity {Math.Pow(10, -sum / count):0.#####}, from text {Math.Pow(10, -cut / count):0.#####}, {Said().Match(say).Value}"));
        Tell("ids ready", count, best.Ids, best.TheirIds);
        Tell("end to end", count, best.Text, best.TheirText);
    }

    private static void Tell(string what, long count, double ours, double theirs) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what,-10}  ziya {count / ours / 1e6,5:0.0} M/s  kenlm {count / theirs / 1e6,5:0.0} M/s  {theirs / ours:0.00} x"));

    private static int[][] Cut(byte[] text, LanguageModel model, LmTokens tokens)
    {
        var lines = new List<int[]>();
        var ids = new List<int>();
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            ids.Clear();
            tokens.Cut(end < 0 ? rest : rest[..end], model.Vocabulary, false, ids);
            lines.Add([.. ids]);
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return [.. lines];
    }

    private static double EndToEnd(byte[] text, LanguageModel model, LmTokens tokens)
    {
        var (ids, sum) = (new List<int>(), 0.0);
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            ids.Clear();
            tokens.Cut(end < 0 ? rest : rest[..end], model.Vocabulary, false, ids);
            sum += model.Score(CollectionsMarshal.AsSpan(ids));
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return sum;
    }

    /// <summary>Runs one of KenLM's programs, which say their own processor time at the end.</summary>
    private static (double Cpu, double Wall, string Said) Peer(string bin, string program, string[] args, string? input, string? output)
    {
        var start = Stopwatch.GetTimestamp();
        var command = $"exec {Path.Combine(bin, program)} {string.Join(' ', args)} <{input ?? "/dev/null"} >{output ?? "/dev/stderr"}";
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode != 0
            ? throw new InvalidOperationException($"{program}: {said}")
            : (Cpu().Match(said) is { Success: true } match ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0, Stopwatch.GetElapsedTime(start).TotalSeconds, said);
    }

    [GeneratedRegex(@"(?:Excluding load, CPU: |\sCPU:)([0-9.]+)\s")]
    private static partial Regex Cpu();

    [GeneratedRegex(@"Perplexity including OOVs:\s*[0-9.]+")]
    private static partial Regex Said();
}
