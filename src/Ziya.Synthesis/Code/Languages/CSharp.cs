using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>
/// C#: syntax and types, by Roslyn in this process, against the framework it runs on, with the usings that an SDK project has by default. Nothing is run: neither the code nor analyzers nor generators.
/// Members without a type are checked inside of one.
/// </summary>
internal sealed class CSharp : CodeLanguage
{
    // Roslyn holds a tree many times the size of its text, in this process, which no sandbox bounds.
    private const int MostCharacters = 1 << 18;

    // Some of its passes follow the tree by recursion without looking at the stack: 5,000 blocks inside each other ended the process. On this stack 1,000 are far from its end.
    private const int MostDepth = 1000;
    private const int StackBytes = 64 << 20;

    private const string Usings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    // A name that cannot be found in a using directive, and what follows from it.
    private static readonly HashSet<string> MissingNames = ["CS0234", "CS0246", "CS0400"];

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest, DocumentationMode.None);
    private static readonly Lazy<ImmutableArray<MetadataReference>> Framework = new(() =>
        [.. Directory.GetFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll").Order(StringComparer.Ordinal).Where(IsAssembly).Select(path => MetadataReference.CreateFromFile(path))]);

    /// <inheritdoc/>
    public override string Name => "csharp";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tags { get; } = ["cs", "c#", "dotnet"];

    /// <inheritdoc/>
    public override string? Checker { get; } = $"Roslyn {typeof(CSharpCompilation).Assembly.GetName().Version}, {RuntimeInformation.FrameworkDescription}";

    /// <inheritdoc/>
    public override string Needs => "Roslyn";

    /// <inheritdoc/>
    public override bool RunsTests => false;

    /// <inheritdoc/>
    protected override string Sample => "Console.WriteLine(new[] { 1 }.Select(x => x * 2).Sum());\n";

    /// <summary>With usings first, then statements, then types, as one file must have them.</summary>
    public override string Join(IEnumerable<string> pieces)
    {
        var all = pieces.ToList();
        if (all.Exists(IsDeep))
        {
            return base.Join(all);
        }

        var roots = all.Select(piece => (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(piece, Parsing).GetRoot()).ToList();
        var members = roots.SelectMany(root => root.Members).ToList();
        return string.Join('\n', roots.SelectMany(root => root.Usings).Concat<SyntaxNode>(members.Where(member => member is GlobalStatementSyntax))
            .Concat(members.Where(member => member is not GlobalStatementSyntax)).Select(node => node.ToFullString()));
    }

    /// <inheritdoc/>
    public override Task<Finding> Check(string code, Workbench bench, CancellationToken cancel) => bench.Take(() => OnOwnStack(() => Check(code, bench.Limits.Wall, cancel)), cancel);

    /// <inheritdoc/>
    public override Task<Finding> Test(string code, string tests, string token, Workbench bench, CancellationToken cancel) => throw new NotSupportedException();

    private static Finding Check(string code, TimeSpan most, CancellationToken cancel)
    {
        if (code.Length > MostCharacters)
        {
            return Finding.NotChecked("too_long");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stop.CancelAfter(most);
        try
        {
            if (IsDeep(code) || DepthOf(CSharpSyntaxTree.ParseText(code, Parsing, cancellationToken: stop.Token).GetRoot(stop.Token)) > MostDepth)
            {
                return Finding.NotChecked("too_deep");
            }

            var faults = Faults(code, stop.Token);
            if (faults.Count == 0 || Faults($"class Fragment\n{{\n#line 1\n{code}\n}}\n", stop.Token).Count == 0)
            {
                return Finding.Passed;
            }

            var messages = Messages.First(string.Join('\n', faults.Select(fault => CSharpDiagnosticFormatter.Instance.Format(fault, CultureInfo.InvariantCulture))));
            return faults.Any(IsMissingLibrary) ? new Finding(Outcome.Unchecked, "library", messages) : new Finding(Outcome.Fails, "compile_error", messages);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Finding(Outcome.Fails, "timeout", "");
        }
    }

    private static Task<Finding> OnOwnStack(Func<Finding> check)
    {
        var done = new TaskCompletionSource<Finding>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Work()
        {
            try
            {
                done.SetResult(check());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }

        new Thread(Work, StackBytes) { IsBackground = true }.Start();
        return done.Task;
    }

    // The parser takes time that grows with the square of nested interpolations, and cannot be cancelled: 5,000 took 50 seconds.
    private static bool IsDeep(string code)
    {
        var (depth, deepest) = (0, 0);
        foreach (var c in code)
        {
            depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
            deepest = Math.Max(deepest, depth);
        }

        return deepest > MostDepth;
    }

    private static int DepthOf(SyntaxNode root)
    {
        var deepest = 0;
        var open = new Stack<(SyntaxNode Node, int Depth)>([(root, 1)]);
        while (open.TryPop(out var at))
        {
            deepest = Math.Max(deepest, at.Depth);
            foreach (var child in at.Node.ChildNodes())
            {
                open.Push((child, at.Depth + 1));
            }
        }

        return deepest;
    }

    private static List<Diagnostic> Faults(string code, CancellationToken cancel)
    {
        var tree = CSharpSyntaxTree.ParseText(code, Parsing, "main.cs", cancellationToken: cancel);
        var kind = ((CompilationUnitSyntax)tree.GetRoot(cancel)).Members.Any(member => member is GlobalStatementSyntax) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        var compilation = CSharpCompilation.Create("answer", [tree, CSharpSyntaxTree.ParseText(Usings, Parsing, "usings.cs", cancellationToken: cancel)], Framework.Value,
            new CSharpCompilationOptions(kind, allowUnsafe: true, concurrentBuild: false, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics(cancel).Where(fault => fault.Severity == DiagnosticSeverity.Error)];
    }

    private static bool IsMissingLibrary(Diagnostic fault) => MissingNames.Contains(fault.Id)
        && fault.Location.SourceTree?.GetRoot().FindNode(fault.Location.SourceSpan).FirstAncestorOrSelf<UsingDirectiveSyntax>() is not null;

    private static bool IsAssembly(string path)
    {
        using var file = File.OpenRead(path);
        using var image = new System.Reflection.PortableExecutable.PEReader(file);
        return image.HasMetadata;
    }
}
