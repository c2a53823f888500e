using System.Text.RegularExpressions;

namespace Ziya.Server;

/// <summary>
/// What of a job may be replaced over the network: numbers, switches and names. Nothing that says where is read, where is written or which machine is asked: those are the job file's to say.
/// </summary>
internal static partial class NetworkOverride
{
    /// <summary>Why an override is refused; null where it is not.</summary>
    public static string? Fault(string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        var path = equals < 0 ? "" : option[..equals].Trim();
        return equals <= 0 ? $"'{option}': expected path=value, as in steps.dedup_minhash.bands=20."
            : path.Split('.') is ["input" or "output" or "models" or "job" or "schedule", ..] && path is not ("output.compression" or "output.shard_mb")
                ? $"'{path}' can be changed in the job file alone."
            : !Plain().IsMatch(option[(equals + 1)..]) ? $"'{path}': over the network only numbers, true, false and plain words can be given; paths and addresses stand in the job file."
            : null;
    }

    [GeneratedRegex(@"^(?!.*\.\.)[\p{L}\p{N}_+\-., \[\]]*$")]
    private static partial Regex Plain();
}
