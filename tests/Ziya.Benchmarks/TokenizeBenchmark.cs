using System.Diagnostics;
using System.Globalization;
using Ziya.Models.Tokenization;

namespace Ziya.Benchmarks;

/// <summary>
/// <c>tokenize MODEL FILE</c>: how fast the lines of a text become ids on one core, beside <c>spm_encode</c> where the model is
/// SentencePiece's and the program is there. The best of several rounds, in turns; spm_encode's time is that of the whole program less that of an empty text.
/// </summary>
internal static class TokenizeBenchmark
{
    private const int Rounds = 5;

    /// <summary>Measures one model on one text; the exit code.</summary>
    public static int Run(string[] args)
    {
        if (args is ["train", var folder])
        {
            return TokenizerSamples.Train(folder);
        }

        if (args is not [var model, var path])
        {
            Console.Error.WriteLine("tokenize MODEL FILE | tokenize train FOLDER");
            return 2;
        }

        var tokenizer = ModelTokenizer.Load(model);
        var lines = File.ReadAllLines(path);
        var peer = model.EndsWith(".model", StringComparison.Ordinal) && Peer(model, Path.GetTempFileName()) > 0;
        double ours = double.MaxValue, theirs = double.MaxValue, empty = double.MaxValue;
        long tokens = 0, allocated = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            tokens = Pass(tokenizer, lines);
            ours = Math.Min(ours, Stopwatch.GetElapsedTime(start).TotalSeconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (peer && round < 2)
            {
                theirs = Math.Min(theirs, Peer(model, path));
                empty = Math.Min(empty, Peer(model, Path.GetTempFileName()));
            }
        }

        var bytes = new FileInfo(path).Length;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ziya        {bytes / ours / 1e6,8:f1} MB/s  {tokens / ours / 1e6,6:f1} M tokens/s  {(double)bytes / tokens:f2} bytes/token  {(double)allocated / lines.Length:f1} bytes allocated a line"));
        if (peer)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"spm_encode  {bytes / (theirs - empty) / 1e6,8:f1} MB/s  {(theirs - empty) / ours:f1} x slower"));
        }

        return 0;
    }

    private static long Pass(ModelTokenizer tokenizer, string[] lines)
    {
        var ids = new TokenBuffer();
        var tokens = 0L;
        foreach (var line in lines)
        {
            ids.Clear();
            tokenizer.Encode(line, ids);
            tokens += ids.Count;
        }

        return tokens;
    }

    /// <summary>Seconds of <c>spm_encode</c>; 0 if it is not there.</summary>
    private static double Peer(string model, string path)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo("spm_encode", ["--model=" + model, "--output_format=id", "--output=/dev/null", path]))!;
            process.WaitForExit();
            return process.ExitCode == 0 ? Stopwatch.GetElapsedTime(start).TotalSeconds : 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 0;
        }
    }
}
