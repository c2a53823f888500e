using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Knowledge;

/// <summary>The documents of a corpus, read as a job reads its input.</summary>
/// <param name="patterns">Paths or globs.</param>
internal sealed class KnowledgeCorpus(IReadOnlyList<string> patterns)
{
    private static readonly StepCatalog Formats = new();
    private readonly Job _job = new()
    {
        Name = "corpus",
        Input = new InputOptions { Read = patterns },
        Steps = [],
        Output = new OutputOptions { Write = "" },
    };

    /// <summary>Changes when a file does.</summary>
    public string Version => string.Concat(InputListing.Shards(_job, Formats).SelectMany(shard => shard.Slices).Select(slice => $"{slice.File}|{slice.FileBytes}|{slice.Version}\n").Distinct());

    /// <summary>Bytes of the files.</summary>
    public long Bytes => InputListing.Shards(_job, Formats).Sum(shard => shard.Bytes);

    /// <summary>Patterns that no file fits, files of no known format.</summary>
    public IEnumerable<string> Faults() => patterns is not { Count: > 0 } ? ["'corpus' names no file."] : patterns.SelectMany(pattern => InputListing.Faults(_job.Input, pattern, Formats));

    /// <summary>The documents in the order of the files.</summary>
    /// <exception cref="InvalidDataException">A record cannot be read.</exception>
    public IEnumerable<Document> Documents()
    {
        var source = new InputSource(_job, Formats);
        foreach (var incoming in InputListing.Shards(_job, Formats).SelectMany(source.Read))
        {
            yield return incoming.Record as Document ?? throw new InvalidDataException($"{incoming.Unreadable!.At.File}:{incoming.Unreadable.At.Line}: {incoming.Unreadable.Reason}");
        }
    }
}
