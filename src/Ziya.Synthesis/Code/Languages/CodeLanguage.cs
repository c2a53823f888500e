using System.Collections.Concurrent;
using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>A programming language: what fences call it, and how code in it is checked.</summary>
internal abstract class CodeLanguage
{
    private static readonly ConcurrentDictionary<(string, SandboxLimits, bool), Lazy<string?>> Faults = new();

    /// <summary>All languages that can be checked, by name.</summary>
    public static IReadOnlyList<CodeLanguage> All { get; } =
    [
        new CFamily("c"), new CFamily("cpp"), new CSharp(), new Go(), new Java(), new JavaScript(), new Python(), new Rust(), new Shell(), new Sql(),
    ];

    /// <summary>Its name in options.</summary>
    public abstract string Name { get; }

    /// <summary>Other names that fences use.</summary>
    public abstract IReadOnlyList<string> Tags { get; }

    /// <summary>What checks it, with its version; null where this machine has nothing for it.</summary>
    public abstract string? Checker { get; }

    /// <summary>What has to be installed where <see cref="Checker"/> is null.</summary>
    public abstract string Needs { get; }

    /// <summary>Whether tests can be run with code in this language.</summary>
    public abstract bool RunsTests { get; }

    /// <summary>A correct piece of code.</summary>
    protected abstract string Sample { get; }

    /// <summary>The language of that name or fence, or null.</summary>
    public static CodeLanguage? Of(string tag) => All.FirstOrDefault(language => language.Name == tag || language.Tags.Contains(tag));

    /// <summary>Why the language cannot be checked here, in a few words; null where it can. A checker that refuses a correct program, say for want of headers or memory, is none.</summary>
    public string? Fault(Workbench bench) => Faults.GetOrAdd((Name, bench.Limits, bench.Sandbox.Isolates), _ => new Lazy<string?>(() =>
    {
        if (Checker is null)
        {
            return $"no {Needs}";
        }

        var found = Check(Sample, bench, default).GetAwaiter().GetResult();
        return found.Outcome == Outcome.Passes ? null : $"{Checker} fails on a correct program: {found.Reason} {found.Messages.Split('\n')[0]}".TrimEnd();
    })).Value;

    /// <summary>Pieces of code, in their order, as one file.</summary>
    public virtual string Join(IEnumerable<string> pieces) => string.Join('\n', pieces);

    /// <summary>Checks a piece of code.</summary>
    public abstract Task<Finding> Check(string code, Workbench bench, CancellationToken cancel);

    /// <summary>Runs code with tests that fail where it is wrong.</summary>
    /// <param name="code">The code.</param>
    /// <param name="tests">Statements, or a program with a main of its own.</param>
    /// <param name="token">What is printed when the tests came to their end.</param>
    /// <param name="bench">Where.</param>
    /// <param name="cancel">Ends it.</param>
    public abstract Task<Finding> Test(string code, string tests, string token, Workbench bench, CancellationToken cancel);
}
