using System.Diagnostics;

namespace Ziya.Benchmarks;

/// <summary>Time that work took. On a machine shared with others the processors' is the one to compare.</summary>
/// <param name="Wall">On the wall.</param>
/// <param name="Cpu">Of this process on all processors.</param>
internal readonly record struct Spent(TimeSpan Wall, TimeSpan Cpu)
{
    /// <summary>Now, to be taken from a later <see cref="Now"/>.</summary>
    public static Spent Now => new(TimeSpan.FromSeconds((double)Stopwatch.GetTimestamp() / Stopwatch.Frequency), Process.GetCurrentProcess().TotalProcessorTime);

    public static Spent operator -(Spent to, Spent from) => new(to.Wall - from.Wall, to.Cpu - from.Cpu);

    public override string ToString() => $"{Wall.TotalSeconds:0.0} s, {Cpu.TotalSeconds:0.0} s of the processors";
}
