using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code;

/// <summary>Where code is checked: a sandbox, its limits, and as many checks at once as there are processors, whatever the number of tasks.</summary>
internal sealed class Workbench(Sandbox sandbox, SandboxLimits limits) : IDisposable
{
    private readonly SemaphoreSlim _free = new(Environment.ProcessorCount);

    /// <summary>The sandbox.</summary>
    public Sandbox Sandbox => sandbox;

    /// <summary>What a command may use.</summary>
    public SandboxLimits Limits => limits;

    /// <summary>Does something in one of the places.</summary>
    public async Task<T> Take<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        await _free.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Runs a command.</summary>
    public Task<SandboxResult> Run(SandboxCommand command, CancellationToken cancel) => Take(() => sandbox.Run(command, limits, cancel), cancel);

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}
