namespace Ziya.Pipeline.Writing;

/// <summary>What a published dataset consists of: <c>manifest.json</c>, written last.</summary>
/// <param name="Job">Name of the job that made it.</param>
/// <param name="JobHash">SHA-256 of what the job says.</param>
/// <param name="Run">The run.</param>
/// <param name="Seed">The job's seed.</param>
/// <param name="Rows">Records in all files.</param>
/// <param name="Bytes">Bytes of all files.</param>
/// <param name="Files">The files, by path.</param>
public sealed record Manifest(string Job, string JobHash, string Run, ulong Seed, long Rows, long Bytes, IReadOnlyList<ManifestFile> Files)
{
    /// <summary>Tokens in all files; null where no records were counted.</summary>
    public long? Tokens => Files.Any(file => file.Tokens is not null) ? Files.Sum(file => file.Tokens) : null;

    /// <summary>Records, characters and tokens by language and bucket.</summary>
    public IReadOnlyList<Runs.GroupCounts> Groups { get; init; } = [];

    /// <summary>How token files are to be read; null for other formats.</summary>
    public TokenFileInfo? TokenFiles { get; init; }

    /// <summary>Its name in the dataset's folder.</summary>
    public const string Path = "manifest.json";
}

/// <summary>One file of a dataset.</summary>
/// <param name="Path">Its path below the manifest.</param>
/// <param name="Rows">Records in it.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of its content, in hex.</param>
public sealed record ManifestFile(string Path, long Rows, long Bytes, string Sha256)
{
    /// <summary>Tokens of its records by the score <c>tokens</c>, which <c>count_tokens</c> writes, or of a token file itself; null where none was counted.</summary>
    public long? Tokens { get; init; }
}
