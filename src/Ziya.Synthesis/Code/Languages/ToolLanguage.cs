using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>A language that programs of this machine check, inside the sandbox.</summary>
internal abstract class ToolLanguage : CodeLanguage
{
    private readonly Lazy<IReadOnlyList<Tool>?> _tools;

    protected ToolLanguage() => _tools = new Lazy<IReadOnlyList<Tool>?>(() => Find() is var found && found.All(tool => tool is not null) ? [.. found.OfType<Tool>()] : null);

    /// <inheritdoc/>
    public override string? Checker => _tools.Value is not { } tools ? null : char.IsLetter(tools[0].Version.FirstOrDefault()) && tools[0].Version[0] != 'v' ? tools[0].Version : $"{tools[0].Name} {tools[0].Version.Split(' ')[0]}";

    /// <inheritdoc/>
    public override bool RunsTests => RunScript("main") is not null;

    /// <summary>The programs it takes, the one that checks first; null for one that is not there.</summary>
    protected abstract IReadOnlyList<Tool?> Find();

    /// <summary>Name of the file that code is put into.</summary>
    protected abstract string FileOf(string code);

    /// <summary>Shell commands that check a file.</summary>
    protected abstract string CheckScript(string file, int memoryMb);

    /// <summary>Shell commands that run a file; null where that cannot be done.</summary>
    protected virtual string? RunScript(string file, int memoryMb = 512) => null;

    /// <summary>Code and tests as one program that prints the token when it is through.</summary>
    protected virtual string Program(string code, string tests, string token) => throw new NotSupportedException();

    /// <summary>Other ways to read code that is no whole file, in the order they are tried.</summary>
    protected virtual IEnumerable<string> Fragments(string code) => [];

    /// <summary>Whether the code is wrong, by what the checker said.</summary>
    protected virtual bool IsWrong(SandboxResult result) => result.Exit != 0;

    /// <summary>Whether all that is wrong may be a library that is not on this machine.</summary>
    protected virtual bool LacksLibrary(string messages) => false;

    /// <inheritdoc/>
    public override async Task<Finding> Check(string code, Workbench bench, CancellationToken cancel)
    {
        var first = await CheckWhole(code, bench, cancel).ConfigureAwait(false);
        if (first.Reason == "compile_error")
        {
            foreach (var other in Fragments(code))
            {
                if ((await CheckWhole(other, bench, cancel).ConfigureAwait(false)).Outcome == Outcome.Passes)
                {
                    return Finding.Passed;
                }
            }
        }

        return first;
    }

    /// <inheritdoc/>
    public override async Task<Finding> Test(string code, string tests, string token, Workbench bench, CancellationToken cancel)
    {
        var program = Program(code, tests, token);
        var file = FileOf(program);
        var result = await bench.Run(new SandboxCommand(file, program, RunScript(file, bench.Limits.MemoryMb)!, _tools.Value!), cancel).ConfigureAwait(false);
        return result.Stopped is { } limit ? new Finding(Outcome.Fails, limit, Messages.Ends(result.Messages))
            : result.Exit == 0 && (!program.Contains(token, StringComparison.Ordinal) || result.Output.Contains(token, StringComparison.Ordinal)) ? Finding.Passed
            : new Finding(Outcome.Fails, "tests_failed", result.Exit == 0 ? "The program ended before the tests did." : Messages.Ends(result.Messages));
    }

    private async Task<Finding> CheckWhole(string code, Workbench bench, CancellationToken cancel)
    {
        var file = FileOf(code);
        var result = await bench.Run(new SandboxCommand(file, code, CheckScript(file, bench.Limits.MemoryMb), _tools.Value!), cancel).ConfigureAwait(false);
        var said = result.Messages.Length > 0 ? result.Messages : result.Output;
        return result.Stopped is { } limit ? new Finding(Outcome.Fails, limit, Messages.First(said))
            : !IsWrong(result) ? Finding.Passed
            : LacksLibrary(said) ? new Finding(Outcome.Unchecked, "library", Messages.First(said))
            : new Finding(Outcome.Fails, "compile_error", Messages.First(said));
    }
}
