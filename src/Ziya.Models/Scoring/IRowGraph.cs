namespace Ziya.Models.Scoring;

/// <summary>Computes rows of tokens at once. Used by one thread.</summary>
internal interface IRowGraph : IDisposable
{
    /// <summary>The numbers of each row, which must not depend on what other rows are computed with it.</summary>
    float[][] Compute(IReadOnlyList<Row> rows);
}
