using System.Diagnostics;
using System.Text;

namespace Ziya.Synthesis.Code.Sandboxing;

/// <summary>Runs a process to its end, or to the first limit it meets: time, output, memory of it and all its children.</summary>
internal static class ConfinedProcess
{
    private const int SignalledCpuTime = 128 + 24;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs it.</summary>
    /// <param name="start">The process; its input and outputs are taken over.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="wholeTree">Whether its children have to be ended one by one, because nothing ends them with it.</param>
    /// <param name="cancel">Ends it.</param>
    public static Task<SandboxResult> Run(ProcessStartInfo start, string input, SandboxLimits limits, bool wholeTree, CancellationToken cancel) =>
        // A thread of its own: what is to die with its parent dies with the thread that started it, and threads of the pool come and go.
        Task.Factory.StartNew(() => Execute(start, input, limits, wholeTree, cancel), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static SandboxResult Execute(ProcessStartInfo start, string input, SandboxLimits limits, bool wholeTree, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        var clock = Stopwatch.StartNew();
        var output = new Capture(process.StandardOutput.BaseStream, limits.OutputBytes);
        var messages = new Capture(process.StandardError.BaseStream, limits.OutputBytes);
        var feed = Task.Run(() => Feed(process, input), CancellationToken.None);
        string? stopped = null;
        while (!process.WaitForExit(Look))
        {
            stopped = output.IsFull || messages.IsFull ? "output_limit"
                : clock.Elapsed > limits.Wall ? "timeout"
                : ProcessMemory.OfTree(process.Id) > limits.TreeBytes ? "memory"
                : null;
            if (stopped is not null || cancel.IsCancellationRequested)
            {
                process.Kill(wholeTree);
                process.WaitForExit();
                break;
            }
        }

        // The pipes end with the last process that holds them; one that outlives its sandbox is not waited for.
        Task.WaitAll([output.Done, messages.Done, feed], TimeSpan.FromSeconds(2));
        cancel.ThrowIfCancellationRequested();
        var said = messages.Text();
        stopped ??= output.IsFull || messages.IsFull ? "output_limit"
            : process.ExitCode == SignalledCpuTime || (process.ExitCode != 0 && said.Contains("CPU time limit exceeded", StringComparison.Ordinal)) ? "timeout"
            : null;
        return new SandboxResult(process.ExitCode, output.Text(), said) { Stopped = stopped };
    }

    private static async Task Feed(Process process, string input)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input)).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading.
        }
    }

    /// <summary>What comes out of a pipe, up to a limit.</summary>
    private sealed class Capture
    {
        private readonly byte[] _bytes;
        private volatile int _count;

        public Capture(Stream stream, int most)
        {
            _bytes = new byte[most];
            Done = Task.Run(() => Read(stream));
        }

        public Task Done { get; }

        public bool IsFull => _count == _bytes.Length;

        public string Text() => Encoding.UTF8.GetString(_bytes, 0, _count);

        private async Task Read(Stream stream)
        {
            try
            {
                while (!IsFull && await stream.ReadAsync(_bytes.AsMemory(_count)).ConfigureAwait(false) is > 0 and var read)
                {
                    _count += read;
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The process was ended, and its pipes with it.
            }
        }
    }
}
