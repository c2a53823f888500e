namespace Ziya.Pipeline.Execution;

/// <summary>How far one task is; what it counts, the whole run counts too.</summary>
internal sealed class TaskProgress(RunProgress whole)
{
    private long _records;

    /// <summary>Records or entries gone through.</summary>
    public long Records => Interlocked.Read(ref _records);

    public void Add(long records, long bytes)
    {
        Interlocked.Add(ref _records, records);
        whole.Add(records, bytes);
    }

    /// <summary>Records that made a step throw, in the whole run.</summary>
    public long AddPoisoned(long count) => whole.AddPoisoned(count);
}
