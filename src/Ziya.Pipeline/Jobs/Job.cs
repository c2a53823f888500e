using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Jobs;

/// <summary>A job: what is read, what is done to it, and where it goes.</summary>
public sealed record Job
{
    /// <summary>Name of the job, in letters, digits, dots, dashes and underscores. Names its run folders.</summary>
    [Key("job")]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")]
    public required string Name { get; init; }

    /// <summary>What the job is for, in a sentence.</summary>
    public string? Description { get; init; }

    /// <summary>When a server runs it: a cron expression of five fields. Ignored by `ziya run`.</summary>
    public string? Schedule { get; init; }

    /// <summary>The time zone of `schedule`, by its IANA name such as `Asia/Shanghai`. Default UTC.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Number that all sampling and hashing depends on. Default 42.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>What is read.</summary>
    public required InputOptions Input { get; init; }

    /// <summary>Models by the names that steps call them: a folder, an endpoint.</summary>
    public IReadOnlyDictionary<string, JobModel> Models { get; init; } = new Dictionary<string, JobModel>();

    /// <summary>What is done, in order: a list of step name to options.</summary>
    public required IReadOnlyList<JobStep> Steps { get; init; }

    /// <summary>Where the records that are left go.</summary>
    public required OutputOptions Output { get; init; }

    /// <summary>What the job may use and put up with.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>What its models and steps have to say before they run.</summary>
    internal IEnumerable<string> Notes() => Models.Values.SelectMany(model => model.Options.Notes().Select(note => (Note: note, Name: $"'{model.Name}'")))
        .GroupBy(told => told.Note, told => told.Name, StringComparer.Ordinal)
        .Select(models => $"model{(models.Count() > 1 ? "s" : "")} {string.Join(", ", models)}: {models.Key}")
        .Concat(Steps.SelectMany(step => step.Create(Seed).Notes().Select(note => $"{step.Key}: {note}")));
}

/// <summary>What a job reads.</summary>
public sealed record InputOptions
{
    /// <summary>A path, a glob (`*`, `?`, `**`) or a list of them. Matches are read in the order of their names.</summary>
    public required IReadOnlyList<string> Read { get; init; }

    /// <summary>What a record is. Default document.</summary>
    public RecordKind Kind { get; init; } = RecordKind.Document;

    /// <summary>How a file is laid out. Default auto: by the name's ending.</summary>
    public string Format { get; init; } = "auto";

    /// <summary>Character encoding of text formats. Default auto: a byte order mark, else UTF-8, else GB18030 or Big5, by the file's first megabyte.</summary>
    public TextEncoding Encoding { get; init; } = TextEncoding.Auto;

    /// <summary>Names of the columns of csv and tsv files that have no header row. By default the first row names them. Other formats ignore it.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Renaming: record field to its name in the input; dots lead into nested objects.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();
}

/// <summary>Character encoding of an input.</summary>
public enum TextEncoding
{
    /// <summary>Found out from the first megabyte of each file.</summary>
    Auto,

    /// <summary>UTF-8, the byte order mark optional.</summary>
    Utf8,

    /// <summary>GB18030, which reads GBK and GB2312 as well.</summary>
    Gb18030,

    /// <summary>Big5, code page 950.</summary>
    Big5,

    /// <summary>UTF-16, little-endian unless a byte order mark says otherwise.</summary>
    Utf16,
}

/// <summary>Where the records that are left go.</summary>
public sealed record OutputOptions
{
    /// <summary>Folder; `{field}` in it stands for a field of the record (`language`, `bucket`, `source`, `meta.x`), one folder a value.</summary>
    public required string Write { get; init; }

    /// <summary>Form of the records. Default native: the record kind as it is, with all its fields.</summary>
    public string Format { get; init; } = "native";

    /// <summary>Which form of a format that has several. Default: the first that jobs/README.md names of it.</summary>
    public string? Variant { get; init; }

    /// <summary>The prompt template of `format: ziya` and `format: tokens`: the name of one that comes along, or a file. Default ziya2.</summary>
    public string? Template { get; init; }

    /// <summary>How `format: tokens` makes training files; needed there. Default: none.</summary>
    public TokenOptions? Tokens { get; init; }

    /// <summary>Fields of the record that a format other than native writes beside its own: `id`, `source`, `language`, `bucket`, `scores`, `meta`, and of their kinds `task`, `difficulty`, `lineage`, `models`. Default none.</summary>
    public IReadOnlyList<string> Keep { get; init; } = [];

    /// <summary>Compression of the files. Default gzip.</summary>
    public Storage.Compression Compression { get; init; } = Storage.Compression.Gzip;

    /// <summary>Most megabytes of JSON (before compression) in one file. Default 256.</summary>
    [Range(1, 65536)]
    public int ShardMb { get; init; } = 256;

    /// <summary>What <see cref="Format"/> names, by the catalog the job was read with.</summary>
    internal Type FormatType { get; init; } = typeof(Writing.NativeFormat);

    /// <summary>The format at work, for one task.</summary>
    internal Writing.OutputFormat OpenFormat() =>
        (Writing.OutputFormat)(FormatType.GetConstructor([typeof(OutputOptions)])?.Invoke([this]) ?? Activator.CreateInstance(FormatType)!);
}

/// <summary>What a job may use and put up with.</summary>
public sealed record LimitOptions
{
    /// <summary>Memory for the whole process, in megabytes. Sorting spills to disk to keep it. Default 1024.</summary>
    [Range(512, 1048576)]
    public int MemoryMb { get; init; } = 1024;

    /// <summary>Longest record read, in megabytes; a longer one is quarantined. Default 16.</summary>
    [Range(1, 1024)]
    public int RecordMb { get; init; } = 16;

    /// <summary>How many records may make a step throw before the job fails. They are quarantined. Default 100.</summary>
    [Range(0, int.MaxValue)]
    public int Poisoned { get; init; } = 100;

    /// <summary>Megabytes of input a task reads at most, where the format can be split. Default: by the size of the input, 4 to 256, and more from 2.6 TB on.</summary>
    [Range(1, 65536)]
    public int? SplitMb { get; init; }
}
