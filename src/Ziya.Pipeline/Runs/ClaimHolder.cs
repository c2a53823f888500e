using System.Globalization;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>Who holds a claim.</summary>
internal sealed record ClaimHolder(string Machine, int Process, string Started, string Since, string Until)
{
    public static ClaimHolder Me(TimeProvider time) => new(
        MachineName(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? "", Text(time.GetUtcNow()), Text(time.GetUtcNow() + Claim.Lease));

    /// <summary>The fleet that holds it, where no single process does. Such a claim has no lease: it holds until the fleet gives it back.</summary>
    public string? Fleet { get; init; }

    /// <summary>The claim of a fleet.</summary>
    public static ClaimHolder Of(string fleet, string session, TimeProvider time) => new("", 0, session, Text(time.GetUtcNow()), Text(DateTimeOffset.MaxValue)) { Fleet = fleet };

    /// <summary>Who has the claim of a store; null where nobody has, or where it cannot be read.</summary>
    public static ClaimHolder? Read(IStore store)
    {
        try
        {
            return JsonText.Read<ClaimHolder>(store.Read(Claim.Path));
        }
        catch (Exception exception) when (exception is IOException or System.Text.Json.JsonException && exception is not StoreAwayException)
        {
            return null;
        }
    }

    /// <summary>What to tell whoever wants the claim too.</summary>
    public string Refusal(string root) => Fleet is null
        ? $"{root} is being written by process {Process} on {Machine} since {Since}. Wait for it, or stop it; if it is gone, its claim ends at {Until}."
        : $"{root} is being run by the workers of {Fleet} since {Since}. Stop it there; if they are gone for good, delete {root}/{Claim.Path}.";

    public static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The lease decides, but for a process of this machine that is known to be gone.</summary>
    public bool IsAlive(TimeProvider time) =>
        Fleet is not null || (string.CompareOrdinal(Until, Text(time.GetUtcNow())) > 0
        && (Machine != MachineName() || Started.Length == 0 || StartOf(Process) == Started));

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
