using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Execution;

/// <summary>A record on its way through a pass, and what has become of it so far.</summary>
internal sealed class Passage
{
    private readonly Incoming _incoming;

    /// <summary>What was read.</summary>
    public Passage(Incoming incoming)
    {
        _incoming = incoming;
        Before = Now = incoming.Record!;
    }

    private Passage(Passage parent, Made<Record> made, string step)
    {
        // It takes no place of its own in what was read.
        _incoming = parent._incoming with { Bytes = 0 };
        CreatedBy = step;
        Before = Now = made.Record with { Origin = parent.Before.Origin };
        Drop = made.Drop;
        Step = step;
    }

    /// <summary>The record as it was read or created.</summary>
    public Record Before { get; }

    /// <summary>The record as it is now.</summary>
    public Record Now { get; private set; }

    /// <summary>Ordinal of what was read, in the shard; -1 where it comes from the input.</summary>
    public int Ordinal => _incoming.Ordinal;

    /// <summary>Bytes read for it.</summary>
    public long Bytes => _incoming.Bytes;

    /// <summary>What could not be read; null where there is a record.</summary>
    public Unreadable? Unreadable => _incoming.Unreadable;

    /// <summary>The step that made the record; null where it was read.</summary>
    public string? CreatedBy { get; }

    /// <summary>The step that it left at.</summary>
    public string Step { get; private set; } = "";

    /// <summary>Why it left by a step's decision.</summary>
    public Drop? Drop { get; private set; }

    /// <summary>What a step threw at it.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>What the next global step saw of it.</summary>
    public object? View { get; set; }

    /// <summary>Whether no step is to look at it any more.</summary>
    public bool IsOut => Unreadable is not null || Drop is not null || Failure is not null;

    /// <summary>Takes what a step decided; gives what the step made of the record.</summary>
    public IReadOnlyList<Passage> Take(string step, Verdict<Record> verdict)
    {
        if (verdict.Record is { } after)
        {
            Now = after.Origin == Before.Origin ? after : after with { Origin = Before.Origin };
        }
        else
        {
            Step = step;
            Drop = new Drop(verdict.Reason!, verdict.Detail);
        }

        return verdict.Created.Count == 0 ? [] : [.. verdict.Created.Select(made => new Passage(this, made, step))];
    }

    /// <summary>A step failed on it.</summary>
    public void Fail(string step, Exception failure)
    {
        Step = step;
        Failure = failure;
    }
}
