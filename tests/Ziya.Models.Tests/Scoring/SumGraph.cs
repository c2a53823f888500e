using Ziya.Models.Scoring;

namespace Ziya.Models.Tests.Scoring;

/// <summary>A graph that adds up the ids of a row: a row with a 99 fails, and more than so many tokens at once do not fit into memory.</summary>
internal sealed class SumGraph(int mostTokens) : IRowGraph
{
    /// <summary>Lengths of the rows of each call.</summary>
    public List<int[]> Calls { get; } = [];

    /// <summary>Holds calls back while it is not set.</summary>
    public ManualResetEventSlim Open { get; } = new(true);

    public bool IsDisposed { get; private set; }

    public float[][] Compute(IReadOnlyList<Row> rows)
    {
        Open.Wait();
        Calls.Add([.. rows.Select(row => row.Ids.Length)]);
        return rows.Max(row => row.Ids.Length) * rows.Count > mostTokens ? throw new InsufficientMemoryException()
            : rows.Any(row => row.Ids.Contains(99)) ? throw new InvalidOperationException("id 99")
            : [.. rows.Select(row => new float[] { row.Ids.Sum() })];
    }

    public void Dispose()
    {
        IsDisposed = true;
        Open.Dispose();
    }
}
