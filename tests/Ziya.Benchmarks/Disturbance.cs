using System.Diagnostics;
using System.Globalization;

namespace Ziya.Benchmarks;

/// <summary>How much of the processors others had while something was measured (Linux; elsewhere always 0).</summary>
internal sealed class Disturbance
{
    private const double TicksPerSecond = 100;

    private readonly double _others = Others();
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Since it was made: busy time of others as a share of all processors' time.</summary>
    public double Share => (Others() - _others) / (Stopwatch.GetElapsedTime(_started).TotalSeconds * Environment.ProcessorCount);

    private static double Others()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        // cpu user nice system idle iowait irq softirq steal: all but idle and iowait.
        var times = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return ((times.Sum() - times[3] - times[4]) / TicksPerSecond) - Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
    }
}
