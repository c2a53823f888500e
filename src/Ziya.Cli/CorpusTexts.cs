using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;

namespace Ziya.Cli;

/// <summary>The documents of files that a command names, read as a job reads them; what is no record is passed over.</summary>
internal sealed class CorpusTexts
{
    private readonly Job _job;

    /// <param name="read">Paths and globs.</param>
    /// <param name="field">The field that holds the text; null for what the format gives.</param>
    /// <exception cref="InvalidDataException">Nothing can be read there; the message says why.</exception>
    public CorpusTexts(IReadOnlyList<string> read, string? field)
    {
        var fields = field is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["text"] = field };
        _job = new Job { Name = "texts", Input = new InputOptions { Read = read, Fields = fields }, Steps = [], Output = new OutputOptions { Write = "none" } };
        var faults = read.SelectMany(pattern => InputListing.Faults(_job.Input, pattern, Catalog.All)).ToList();
        if (faults.Count > 0)
        {
            throw new InvalidDataException(string.Join('\n', faults));
        }
    }

    /// <summary>The documents.</summary>
    public IEnumerable<Document> Read()
    {
        var source = new InputSource(_job, Catalog.All);
        return InputListing.Shards(_job, Catalog.All).SelectMany(source.Read).Select(incoming => incoming.Record).OfType<Document>();
    }
}
