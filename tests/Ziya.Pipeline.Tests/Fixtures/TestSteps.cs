using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Tests.Fixtures;

/// <summary>Options of the steps below: a word they look for.</summary>
public sealed record WordOptions
{
    /// <summary>The word.</summary>
    public string Word { get; init; } = "";
}

/// <summary>Appends a word, and scores the length it had.</summary>
[Step("append")]
public sealed class Append(WordOptions options) : Step<Document, Document>
{
    public override IEnumerable<string> Writes => ["length_before"];

    public override Verdict<Document> Apply(Document record) => record with
    {
        Text = record.Text + options.Word,
        Scores = record.Scores.With("length_before", record.Text.Length),
    };
}

/// <summary>Drops what holds the word.</summary>
[Step("drop_with")]
public sealed class DropWith(WordOptions options) : Step<Record, Record>
{
    public override Verdict<Record> Apply(Record record) =>
        record.Content.Contains(options.Word, StringComparison.Ordinal) ? new Drop("has_word", new JsonObject { ["word"] = options.Word }) : record;
}

/// <summary>Throws on what holds the word.</summary>
[Step("throw_on")]
public sealed class ThrowOn(WordOptions options) : Step<Document, Document>
{
    public override Verdict<Document> Apply(Document record) =>
        record.Text.Contains(options.Word, StringComparison.Ordinal) ? throw new InvalidOperationException($"met '{options.Word}'") : record;
}

/// <summary>Fails twice, as a server that is away, then works. The word tells one test from another.</summary>
[Step("flaky")]
public sealed class Flaky(WordOptions options) : Step<Document, Document>
{
    public static readonly ConcurrentDictionary<string, int> Calls = new();

    public override Verdict<Document> Apply(Document record) =>
        Calls.AddOrUpdate(options.Word, 1, (_, calls) => calls + 1) <= 2 ? throw new Transient("the server is away") : record;
}

/// <summary>Kills its process on what holds the word, as the system does where memory runs out.</summary>
[Step("kill_process")]
public sealed class KillProcess(WordOptions options) : Step<Document, Document>
{
    public override Verdict<Document> Apply(Document record)
    {
        if (record.Text.Contains(options.Word, StringComparison.Ordinal))
        {
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            process.Kill();
            Thread.Sleep(Timeout.Infinite);
        }

        return record;
    }
}

/// <summary>Runs out of memory on what holds the word, as often as it is told.</summary>
[Step("run_out")]
public sealed class RunOut(WordOptions options) : Step<Document, Document>
{
    public static readonly ConcurrentDictionary<string, int> Left = new();

    public override Verdict<Document> Apply(Document record) => record.Text.Contains(options.Word, StringComparison.Ordinal) && Left.AddOrUpdate(options.Word, 0, (_, left) => left - 1) >= 0
        ? throw new InsufficientMemoryException("no memory left")
        : record;
}

/// <summary>Calls back at every record, for tests that stop a run in its middle.</summary>
[Step("call_back")]
public sealed class CallBack(WordOptions options) : Step<Document, Document>
{
    public static readonly ConcurrentDictionary<string, Action<Document>> Actions = new();

    public override Verdict<Document> Apply(Document record)
    {
        Actions[options.Word](record);
        return record;
    }
}

/// <summary>Makes instructions of documents.</summary>
[Step("to_instruction")]
public sealed class ToInstruction(WordOptions options) : Step<Document, Instruction>
{
    public override Verdict<Instruction> Apply(Document record) =>
        new Instruction { Id = record.Id, Source = record.Source, Text = options.Word + record.Text };
}

/// <summary>Keeps the first of equal texts, whatever the kind; through a stage by text, then one by shard.</summary>
[Step("unique")]
public sealed class Unique(WordOptions options) : GlobalStep<Record>
{
    private static readonly Channel Texts = new("texts", Spread.Partitions);

    public override IReadOnlyList<Channel> Maps => [Texts];

    public override IReadOnlyList<Stage> Stages => [new FirstStage()];

    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        Span<byte> entry = stackalloc byte[16 + Address.Size];
        SHA256.HashData(MemoryMarshal.AsBytes((record.Content + options.Word).AsSpan())).AsSpan(0, 16).CopyTo(entry);
        at.Write(entry[16..]);
        entries.Add(Texts, entry[0] % entries.Partitions, entry);
    }

    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding)
    {
        if (finding.IsEmpty)
        {
            return record;
        }

        var parts = Encoding.UTF8.GetString(finding).Split(' ');
        return new Drop("seen", new JsonObject { ["keeper_at"] = parts[0], ["cluster_size"] = int.Parse(parts[1], CultureInfo.InvariantCulture) });
    }

    private sealed class FirstStage() : Stage("first", [Texts], [Findings])
    {
        public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
        {
            var sizes = entries.CountBy(entry => Convert.ToHexString(entry.Span[..16])).ToDictionary();
            var first = new byte[24];
            var any = false;
            foreach (var entry in entries)
            {
                if (!any || !entry.Span[..16].SequenceEqual(first.AsSpan(0, 16)))
                {
                    entry.Span.CopyTo(first);
                    any = true;
                    continue;
                }

                var at = Address.Read(first.AsSpan(16));
                var payload = $"{at.Shard}:{at.Ordinal} {sizes[Convert.ToHexString(entry.Span[..16])]}";
                output.Add(Findings, Address.Read(entry.Span[16..]).Shard, [.. entry.Span[16..], .. Encoding.UTF8.GetBytes(payload)]);
            }
        }
    }
}

/// <summary>Drops what holds the word, by a note in the shard's file; what holds <c>elsewhere</c> is noted in the next shard's, where nobody would look for it.</summary>
[Step("drop_noted")]
public sealed class DropNoted(WordOptions options) : GlobalStep<Document>
{
    private static readonly Channel Noted = new("noted", Spread.ByShard);

    public override IReadOnlyList<Channel> Maps => [Noted];

    public override IReadOnlyList<Stage> Stages => [new PassOnStage()];

    public override void Map(Document record, Address at, IEntryWriter entries)
    {
        if (record.Text.Contains(options.Word, StringComparison.Ordinal))
        {
            Span<byte> entry = stackalloc byte[Address.Size];
            at.Write(entry);
            entries.Add(Noted, record.Text.Contains("elsewhere", StringComparison.Ordinal) ? at.Shard + 1 : at.Shard, entry);
        }
    }

    public override Verdict<Document> Apply(Document record, Address at, ReadOnlySpan<byte> finding) => finding.IsEmpty ? record : new Drop("noted");

    private sealed class PassOnStage() : Stage("pass_on", [Noted], [Findings])
    {
        public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
        {
            foreach (var entry in entries)
            {
                output.Add(Findings, Address.Read(entry.Span).Shard, [.. entry.Span, 1]);
            }
        }
    }
}

/// <summary>Appends a word after a while, later records sooner, several at once; throws on what holds <c>throw</c>.</summary>
[Step("append_later")]
public sealed class AppendLater(WordOptions options) : AsyncStep<Document, Document>
{
    public static readonly ConcurrentDictionary<string, int> MostAtOnce = new();
    private int _atOnce;

    public override int Width => 4;

    public override async Task<Verdict<Document>> Apply(Document record, CancellationToken cancel)
    {
        var now = Interlocked.Increment(ref _atOnce);
        MostAtOnce.AddOrUpdate(options.Word, now, (_, most) => Math.Max(most, now));
        await Task.Delay(record.Text.Length % 5, cancel);
        Interlocked.Decrement(ref _atOnce);
        return record.Text.Contains("throw", StringComparison.Ordinal) ? throw new InvalidOperationException("met 'throw'")
            : record.Text.Contains("drop", StringComparison.Ordinal) ? new Drop("has_word")
            : record with { Text = record.Text + options.Word };
    }
}

/// <summary>Waits until the run is stopped, and notes that it was told.</summary>
[Step("wait_for_end")]
public sealed class WaitForEnd(WordOptions options) : AsyncStep<Document, Document>
{
    public static readonly ConcurrentDictionary<string, int> Told = new();

    public override int Width => 8;

    public override async Task<Verdict<Document>> Apply(Document record, CancellationToken cancel)
    {
        if (record.Text.Contains("full", StringComparison.Ordinal))
        {
            throw new IOException("the disk is full");
        }

        try
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
        finally
        {
            Told.AddOrUpdate(options.Word, 1, (_, count) => count + 1);
        }

        return record;
    }
}

/// <summary>Makes two more of every record; the record itself leaves where it holds the word.</summary>
[Step("triple")]
public sealed class Triple(WordOptions options) : Step<Document, Document>
{
    public override bool Creates => true;

    public override Verdict<Document> Apply(Document record)
    {
        Verdict<Document> verdict = options.Word.Length > 0 && record.Text.Contains(options.Word, StringComparison.Ordinal) ? new Drop("has_word") : record;
        return verdict.And([record with { Id = record.Id + "/1", Text = record.Text + "一" }, record with { Id = record.Id + "/2", Text = record.Text + "二" }]);
    }
}

/// <summary>Drops all but the longest: looks at the lengths after a while.</summary>
[Step("longest")]
public sealed class Longest(WordOptions options) : AsyncGlobalStep<Document, int>
{
    private static readonly Channel Lengths = new("lengths", Spread.One);
    private int _longest;

    public override int Width => 3;

    public override IReadOnlyList<Channel> Maps => [Lengths];

    public override IReadOnlyList<Stage> Stages => [new Most()];

    public override async Task<int> Look(Document record, CancellationToken cancel)
    {
        await Task.Delay(record.Text.Length % 3, cancel);
        return record.Text.Length + options.Word.Length;
    }

    public override void Map(Document record, int view, Address at, IEntryWriter entries) => entries.Add(Lengths, 0, BitConverter.GetBytes(view));

    public override void Prepare(IEnumerable<Entry> shared) => _longest = shared.Max(entry => BitConverter.ToInt32(entry.Span));

    public override Verdict<Document> Apply(Document record, Address at, ReadOnlySpan<byte> finding) =>
        record.Text.Length + options.Word.Length == _longest ? record : new Drop("shorter");

    private sealed class Most() : Stage("most", [Lengths], [new Channel("most", Spread.One)])
    {
        public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output) =>
            output.Add(Writes[0], 0, BitConverter.GetBytes(entries.Max(entry => BitConverter.ToInt32(entry.Span))));
    }
}

/// <summary>Options of <c>judge</c>.</summary>
public sealed record JudgeOptions : RuleOptions
{
    /// <summary>Most characters.</summary>
    public int MaxLength { get; init; } = 100;

    /// <summary>A word that must not be there.</summary>
    public string Word { get; init; } = "\u0001";
}

/// <summary>Two rules: no more characters than a number, and not the word.</summary>
[Step("judge")]
public sealed class JudgeStep(JudgeOptions options) : RuleStep(options.Mode == RuleMode.Tag, "too_long", "has_word")
{
    protected override Record Judge(Record record, Ruling ruling)
    {
        _ = ruling.Above("too_long", record.Content.Length, options.MaxLength) || ruling.If("has_word", record.Content.Contains(options.Word, StringComparison.Ordinal));
        return record;
    }
}
