using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Writing;

namespace Ziya.Pipeline.Reading;

/// <summary>The records of files that no job is run over: of a dataset's folder, of a run's dataset, of files.</summary>
internal sealed class RecordFiles
{
    private const string Ending = ".jsonl";

    // The kind is told by the first record; with this many in front that cannot be read it is no file of records.
    private const int Looked = 20;
    private static readonly RecordKind[] Kinds = [RecordKind.Dialogue, RecordKind.Instruction, RecordKind.Preference, RecordKind.Document];

    private readonly StepCatalog _catalog;
    private readonly Job _job;
    private readonly IReadOnlyList<Shard> _shards;

    private RecordFiles(string path, Job job, StepCatalog catalog, IReadOnlyList<Shard> shards) =>
        (Path, _job, _catalog, _shards) = (path, job, catalog, shards);

    /// <summary>What was named.</summary>
    public string Path { get; }

    /// <summary>The kind of the records.</summary>
    public RecordKind Kind => _job.Input.Kind;

    /// <summary>Lines that were no records, of those read so far.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Where the first of them stands, and what is wrong with it.</summary>
    public string? FirstFault { get; private set; }

    /// <summary>Finds the files and what kind of records they hold.</summary>
    /// <param name="path">A dataset's folder or another folder of JSONL files, a run folder, a file, a pattern.</param>
    /// <param name="catalog">The steps and formats.</param>
    /// <exception cref="InvalidDataException">There are none, or they hold no records.</exception>
    public static RecordFiles Open(string path, StepCatalog catalog)
    {
        var files = FilesOf(path, catalog).ToList();
        var fault = files.Count == 0 ? $"{path} has no files {Ending}." : files.SelectMany(file => InputListing.Faults(new InputOptions { Read = files }, file, catalog)).FirstOrDefault();
        if (fault is not null)
        {
            throw new InvalidDataException(fault);
        }

        var shards = InputListing.Shards(JobOf(files, RecordKind.Document), catalog);
        var opened = Kinds.Select(kind => new RecordFiles(path, JobOf(files, kind), catalog, shards));
        return opened.FirstOrDefault(file => file.All().Take(Looked).Any(incoming => incoming.Record is not null))
            ?? throw new InvalidDataException($"{path}: none of the first {Looked} lines is a record. A record has text, or instruction, or messages, or prompt, chosen and rejected, as jobs write them in format native; `fields:` in a job gives other files those names.");
    }

    /// <summary>The records. What is none is counted.</summary>
    public IEnumerable<Record> Read()
    {
        (Unreadable, FirstFault) = (0, null);
        foreach (var incoming in All())
        {
            if (incoming.Record is { } record)
            {
                yield return record;
                continue;
            }

            Unreadable++;
            FirstFault ??= $"{incoming.Unreadable!.At.File}, byte {incoming.Unreadable.At.Offset}: {incoming.Unreadable.Reason}";
        }
    }

    private IEnumerable<Incoming> All()
    {
        var source = new InputSource(_job, _catalog);
        return _shards.SelectMany(source.Read);
    }

    private static IEnumerable<string> FilesOf(string path, StepCatalog catalog)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        var folder = RunFolder.At(path);
        if (folder.Store.Find(RunFolder.PlanPath) is not null)
        {
            return FilesOf(FolderPattern.Root(folder.ReadJob(catalog).Output.Write), catalog);
        }

        var store = new FileStore(path);
        var names = Dataset.ReadManifest(store)?.Files.Select(file => file.Path)
            ?? store.List("").Select(file => file.Path).Where(file => file.Contains(Ending, StringComparison.Ordinal));
        return names.Select(file => $"{store.Root}/{file}");
    }

    private static Job JobOf(IReadOnlyList<string> files, RecordKind kind) => new()
    {
        Name = "files",
        Input = new InputOptions { Read = files, Kind = kind },
        Steps = [],
        Output = new OutputOptions { Write = "out" },
    };
}
