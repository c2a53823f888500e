using System.Globalization;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>
/// The right to write to a run folder: a file that says who has it and until when, renewed while the run goes on. A claim that
/// was not renewed, or whose process is known to be dead, may be taken over.
/// </summary>
internal sealed class Claim : IDisposable
{
    public const string Path = "claim.json";

    /// <summary>How long a claim holds without being renewed.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly Holder _holder;
    private readonly ITimer _renewal;
    private readonly Lock _lock = new();
    private string _version;
    private bool _released;

    private Claim(IStore store, TimeProvider time, Holder holder, string version)
    {
        _store = store;
        _time = time;
        _holder = holder;
        _version = version;
        _renewal = time.CreateTimer(_ => Renew(), null, Lease / 4, Lease / 4);
    }

    /// <summary>Set when another process took the claim, after this one slept through its lease.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Takes the claim, or throws <see cref="ClaimedException"/> that says who has it.</summary>
    public static Claim Take(IStore store, TimeProvider time)
    {
        var found = store.Find(Path);
        if (found is not null && ReadHolder(store) is { } other && other.IsAlive(time))
        {
            throw new ClaimedException($"{store.Root} is being written by process {other.Process} on {other.Machine} since {other.Since}. "
                + $"Wait for it, or stop it; if it is gone, its claim ends at {other.Until}.");
        }

        var holder = Holder.Me(time);
        if (!store.TryReplace(Path, JsonText.Write(holder), found?.Version))
        {
            throw new ClaimedException($"{store.Root} was claimed by another run just now. Wait for it, or use another --run-dir.");
        }

        return new Claim(store, time, holder, store.Find(Path)!.Version);
    }

    /// <summary>Gives the claim back.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _released = true;
            _renewal.Dispose();
            if (!IsLost && _store.Find(Path)?.Version == _version)
            {
                _store.Delete(Path);
            }
        }
    }

    private static Holder? ReadHolder(IStore store)
    {
        try
        {
            using var stream = store.OpenRead(Path);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return JsonText.Read<Holder>(copy.ToArray());
        }
        catch (Exception exception) when (exception is IOException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private void Renew()
    {
        lock (_lock)
        {
            if (_released || IsLost)
            {
                return;
            }

            try
            {
                if (_store.TryReplace(Path, JsonText.Write(_holder with { Until = Holder.Text(_time.GetUtcNow() + Lease) }), _version))
                {
                    _version = _store.Find(Path)!.Version;
                }
                else
                {
                    IsLost = _store.Find(Path)?.Version != _version;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A store that is away for a moment; the next renewal tries again, and the lease allows for two misses.
            }
        }
    }

    /// <summary>Who holds a claim.</summary>
    private sealed record Holder(string Machine, int Process, string Started, string Since, string Until)
    {
        public static Holder Me(TimeProvider time) => new(
            MachineName(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? "", Text(time.GetUtcNow()), Text(time.GetUtcNow() + Lease));

        public static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

        /// <summary>The lease decides, but for a process of this machine that is known to be gone.</summary>
        public bool IsAlive(TimeProvider time) =>
            string.CompareOrdinal(Until, Text(time.GetUtcNow())) > 0
            && (Machine != MachineName() || Started.Length == 0 || StartOf(Process) == Started);

        /// <summary>Host name, boot and process space: the same process number elsewhere is another process.</summary>
        private static string MachineName()
        {
            var boot = ReadIfThere("/proc/sys/kernel/random/boot_id");
            var space = File.ResolveLinkTarget("/proc/self/ns/pid", false) is { } link ? link.Name : "";
            return $"{Environment.MachineName} {boot} {space}".Trim();
        }

        /// <summary>When a process started, in the kernel's ticks; null if there is no such process.</summary>
        private static string? StartOf(int process)
        {
            if (OperatingSystem.IsLinux())
            {
                // The second field, the command's name, may hold spaces and parentheses: count from its end.
                var stat = ReadIfThere($"/proc/{process}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return fields.Length > 19 && fields[0] != "Z" ? fields[19] : null;
            }

            try
            {
                using var found = System.Diagnostics.Process.GetProcessById(process);
                return found.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                return null;
            }
        }

        private static string ReadIfThere(string path)
        {
            try
            {
                return File.ReadAllText(path).Trim();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }
    }
}

/// <summary>Another run has the claim on a run folder.</summary>
public sealed class ClaimedException(string message) : Exception(message);
