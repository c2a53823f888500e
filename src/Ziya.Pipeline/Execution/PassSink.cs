using System.Text;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Writing;

namespace Ziya.Pipeline.Execution;

/// <summary>
/// Where the records of one task of a pass go: on to the next pass, whole or as changes; to the outputs; to <c>dropped/</c>; to
/// quarantine. Counts them all, so that what comes in and what goes out add up.
/// </summary>
internal sealed class PassSink
{
    private const int KeptOfUnreadable = 64 << 10;

    // Packed once and unpacked in every pass that follows: level 1 takes half as long again to pack, twice as long to unpack, and a sixth less of the disk.
    private const int ZstdLevel = -3;

    private readonly PassWork _work;
    private readonly int _task;
    private readonly TaskOutputs _outputs;
    private readonly TaskContext _context;
    private readonly RecordWriter _writer;
    private readonly RecordWriter _reader;
    private readonly JsonLine _line = new();
    private readonly RowFile? _next;
    private readonly DatasetWriter? _dataset;
    private readonly TokenSpill? _tokens;

    public PassSink(PassWork work, int task, TaskOutputs outputs, TaskContext context, SpillSet? spills)
    {
        _work = work;
        _task = task;
        _outputs = outputs;
        _context = context;
        _reader = new RecordWriter(work.In);
        _writer = new RecordWriter(work.Out);
        if (work.Gathers)
        {
            _tokens = new TokenSpill(context.Job.Output, work.Out, context.Job.Seed, spills!);
        }
        else if (work.IsLast)
        {
            _dataset = new DatasetWriter(context.Job.Output, work.Phase, task, outputs, work.Out);
        }
        else
        {
            var path = work.WritesBase ? JoinSource.BasePath(work.Phase, task) : JoinSource.ChangesPath(work.Phase, task);
            _next = outputs.Open(path, Compression.Zstd, ZstdLevel);
        }
    }

    /// <summary>What became of the records.</summary>
    public RecordCounts Counts { get; } = new();

    /// <summary>What the report draws of them.</summary>
    public RecordStats Stats { get; } = new();

    /// <summary>A step decided about a record: what it made is shown beside what it was made of.</summary>
    public void See(string step, Record before, Verdict<Record> verdict) => Stats.See(step, before, verdict, _context.Job.Seed);

    /// <summary>The record goes on, or to the output; false where the output has no form for it. <paramref name="ordinal"/> is what it was found at, <paramref name="at"/> its place from here on.</summary>
    public bool Keep(Record before, Record after, int ordinal, Address at)
    {
        _line.Clear();
        if (_work.IsLast)
        {
            var tokens = 0;
            if ((_tokens is null ? _dataset!.Write(after) : _tokens.Write(after, at, out tokens)) is { } fault)
            {
                Drop(after, OutputFormat.Step, new Drop(fault), ordinal);
                return false;
            }

            Counts.Written++;
            Stats.AddWritten(_tokens is null ? after : after with { Scores = after.Scores.With(Scores.Tokens, tokens) }, _context.Job.Seed);
        }
        else if (_work.WritesBase)
        {
            _writer.Write(_line, after, true);
            _next!.Write(_line);
        }
        else
        {
            _line.Raw((byte)'[');
            _line.Number(ordinal);
            _line.Raw(",{"u8);
            if (_writer.Changes(_line, before, after))
            {
                _line.Raw("}]"u8);
                _next!.Write(_line);
            }
        }

        return true;
    }

    /// <summary>The record leaves by a step's decision.</summary>
    public void Drop(Record record, string step, Drop drop, int ordinal)
    {
        Counts.Drop(step, drop.Reason);
        Stats.AddDropped(record, step, drop, _context.Job.Seed);
        _line.Clear();
        _line.Raw((byte)'{');
        WriterOf(record).Members(_line, record);
        _line.Name("_drop"u8);
        Describe(step, drop);
        _line.Name("_at"u8);
        RecordWriter.Write(_line, record.Origin);
        _line.Raw((byte)'}');
        _outputs.Open(DroppedPath(step, _task), Compression.Zstd).Write(_line);
        Tombstone(ordinal);
    }

    /// <summary>A stretch of input that is no record.</summary>
    public void Quarantine(Unreadable bad)
    {
        Counts.Quarantine(bad.Reason);
        var start = bad.Start[..Math.Min(bad.Start.Length, KeptOfUnreadable)];
        WriteQuarantine(bad.At, bad.Bytes, bad.Reason, () =>
        {
            _line.Name("text"u8);
            _line.Text(Encoding.UTF8.GetString(start.Span));
        });
    }

    /// <summary>A record that made a step throw.</summary>
    public void Quarantine(Record record, string step, Exception exception, int ordinal)
    {
        var isMissing = exception is MissingAnswerException;
        Counts.Quarantine(isMissing ? $"step {step} has no recorded answer" : $"step {step} failed");
        Counts.Poisoned += isMissing ? 0 : 1;
        WriteQuarantine(record.Origin, 0, isMissing ? exception.Message : $"step {step} failed: {exception.GetType().Name}: {exception.Message}", () =>
        {
            _line.Name("step"u8);
            _line.Text(step);
            if (!isMissing)
            {
                _line.Name("exception"u8);
                _line.Text(exception.ToString());
            }

            _line.Name("record"u8);
            _line.Raw((byte)'{');
            WriterOf(record).Members(_line, record);
            _line.Raw((byte)'}');
        });
        Tombstone(ordinal);
    }

    /// <summary>The path of a step's dropped records.</summary>
    public static string DroppedPath(string step, int task) => $"dropped/{step}/{Marker.Part(task)}.jsonl.zst";

    /// <summary>The path of a task's quarantine before the run publishes it.</summary>
    public static string QuarantinePath(Phase phase, int task) => $"{phase.Folder}/{Marker.Part(task)}.quarantine.jsonl";

    private RecordWriter WriterOf(Record record) =>
        record.Kind == _work.In ? _reader : record.Kind == _work.Out ? _writer : new RecordWriter(record.Kind);

    private void WriteQuarantine(Origin at, long bytes, string reason, Action more)
    {
        _line.Clear();
        _line.Raw((byte)'{');
        _line.Name("file"u8);
        _line.Text(at.File);
        if (at.Line > 0)
        {
            _line.Name("line"u8);
            _line.Number(at.Line);
        }

        _line.Name("offset"u8);
        _line.Number(at.Offset);
        _line.Name("bytes"u8);
        _line.Number(bytes);
        _line.Name("reason"u8);
        _line.Text(reason);
        more();
        _line.Raw((byte)'}');
        _outputs.Open(QuarantinePath(_work.Phase, _task), Compression.None).Write(_line);
    }

    private void Tombstone(int ordinal)
    {
        if (_next is null || _work.WritesBase)
        {
            return;
        }

        _line.Clear();
        _line.Raw((byte)'[');
        _line.Number(ordinal);
        _line.Raw(",null]"u8);
        _next.Write(_line);
    }

    private void Describe(string step, Drop drop)
    {
        _line.Raw((byte)'{');
        _line.Name("step"u8);
        _line.Text(step);
        _line.Name("reason"u8);
        _line.Text(drop.Reason);
        foreach (var (name, value) in drop.Detail ?? [])
        {
            _line.Name(name);
            JsonText.Write(_line, value);
        }

        _line.Raw((byte)'}');
    }
}
