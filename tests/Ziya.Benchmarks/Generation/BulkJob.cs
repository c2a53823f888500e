using Ziya.Models.Generation;

namespace Ziya.Benchmarks.Generation;

/// <summary>Requests whose prompts share their first 400 tokens and have 4 to 39 of their own; answers of 16 to 512 tokens, their logarithms spread evenly (mean 143).</summary>
internal static class BulkJob
{
    private const int Prefix = 400;

    public static TokenRequest[] Make(int count, Sampling sampling)
    {
        var random = new Random(7);
        var prefix = RandomModel.Prompt(1, Prefix);
        return [.. Enumerable.Range(0, count).Select(i => new TokenRequest(
            (int[])[.. prefix, .. RandomModel.Prompt(100 + i, random.Next(4, 40))], sampling, (int)(16 * Math.Pow(32, random.NextDouble()))) { Seed = (ulong)i })];
    }
}
