using Ziya.Pipeline.Reading.DuckDb;

namespace Ziya.Pipeline.Reading;

/// <summary>Parquet: one record a row, with its columns as fields; lists, structs and maps become JSON. Read through DuckDB, in order, a chunk of 2048 rows at a time.</summary>
[InputFormat("parquet")]
public sealed class Parquet : InputFormat
{
    // What a chunk and the open row group need; DuckDB refuses rather than take more.
    private const int MemoryMb = 512;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".parquet", ".pq"];

    /// <inheritdoc/>
    public override bool IsText => false;

    /// <inheritdoc/>
    public override bool NeedsFile => true;

    /// <inheritdoc/>
    public override string? Missing => DuckDbLibrary.IsThere
        ? null
        : "Parquet is read through DuckDB, whose library is not here. On Linux x64 a build brings it through npm; elsewhere put libduckdb (duckdb.dll, libduckdb.dylib) 1.2 or later beside the program or on the library path.";

    /// <inheritdoc/>
    public override IEnumerable<RawRecord> Read(FormatInput input)
    {
        using var query = new DuckDbQuery($"SELECT to_json(row) FROM read_parquet('{Literal(input.LocalPath!)}') AS row", MemoryMb);
        var json = Array.Empty<byte>();
        long number = 0;
        while (query.Next())
        {
            for (var i = 0; i < query.Rows; i++)
            {
                var length = query[i].Length;
                var kept = length <= input.MostBytes ? length : RawRecord.KeptOfLong;
                if (json.Length < kept)
                {
                    json = new byte[Math.Max(kept, json.Length * 2)];
                }

                query[i][..kept].CopyTo(json);
                yield return new RawRecord(json.AsMemory(0, kept), number, length, ++number, length <= input.MostBytes ? null : RawRecord.TooLong(input.MostBytes));
            }
        }
    }

    /// <summary>A path within quotes, where DuckDB would otherwise see wildcards.</summary>
    private static string Literal(string path) => string.Concat(path.Select(c => c switch
    {
        '\'' => "''",
        '*' or '?' or '[' => $"[{c}]",
        _ => c.ToString(),
    }));
}
