using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Code.Languages;
using Ziya.Synthesis.Code.Sandboxing;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Code;

/// <summary>
/// Checks the code in answers with the compilers of this machine, in a sandbox without network, with bounds of time, memory, output, processes and files; lets a model repair what is wrong; and runs the
/// tests that records bring. Which compilers there are, `ziya plan` says.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Code is what stands in fences that name a language. Java, C, C++, C# and Rust are checked for types too, the others for syntax. A block that fails alone is tried together with those of its
/// language before it. What lacks a library that is not here counts as unchecked, not as wrong.</item>
/// <item>`compiles` is the share of right blocks of those that could be checked, `unchecked` the number of the others.</item>
/// <item>With `execute`, code and tests are run as one program: `tests_passed` is 1 where it came to its end without a fault. Tests decide where they ran, the compiler elsewhere.</item>
/// <item>What is wrong goes to `model` with what the compiler said, up to `repairs` times, until it is right; a repair that is not right changes nothing.</item>
/// <item>Over n answers of which c passed, `pass_at_k` is 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, arXiv:2107.03374).</item>
/// </list>
/// </remarks>
[Step("compile_check")]
public sealed class CompileCheck(CompileCheckOptions options) : AsyncStep<Instruction, Instruction>
{
    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "compile_check"));
    private AnswerChecker? _checker;

    /// <inheritdoc/>
    public override IEnumerable<string> Writes =>
        ["compiles", "unchecked", .. options.Execute ? options.K.Select(PassName).Prepend("tests_passed") : []];

    /// <inheritdoc/>
    public override int Width => (Environment.ProcessorCount * 2) + (options.Model is { } model ? Model<IGenerator>(model).Width * Asking.Ahead : 0);

    private SandboxLimits Limits => new() { Seconds = options.Seconds, MemoryMb = options.MemoryMb };

    private bool Runs => options.Execute && (options.Unisolated == "unsafe" || Sandbox.OfThisMachine.Isolates);

    private IEnumerable<CodeLanguage> Languages => CodeLanguage.All.Where(language => options.Languages.Count == 0 || options.Languages.Contains(language.Name));

    /// <inheritdoc/>
    public override string Version() => $"{Sandbox.OfThisMachine.Isolates} {string.Join(", ", Tried().Select(tried => $"{tried.Language.Name}: {tried.Fault ?? tried.Language.Checker}"))} {_prompts.Value.Version}";

    /// <inheritdoc/>
    public override IEnumerable<string> Notes()
    {
        var tried = Tried();
        var here = tried.Where(one => one.Fault is null).Select(one => $"{one.Language.Name} ({one.Language.Checker})").ToList();
        var missing = tried.Where(one => one.Fault is not null).Select(one => $"{one.Language.Name} ({one.Fault})").ToList();
        yield return here.Count > 0 ? $"checks {string.Join(", ", here)}." : "checks nothing.";
        if (missing.Count > 0)
        {
            yield return $"cannot check {string.Join(", ", missing)}: such code counts as unchecked.";
        }

        yield return $"compilers run {Sandbox.OfThisMachine.Description}.";
        if (options.Execute)
        {
            yield return !Runs ? "tests are not run, since nothing isolates them."
                : Sandbox.OfThisMachine.Isolates ? "tests are run." : "UNSAFE: tests are run, and what models wrote can do whatever the user can.";
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        foreach (var name in options.Languages.Where(name => !CodeLanguage.All.Any(language => language.Name == name)))
        {
            yield return $"'languages': nothing checks '{name}'. Languages: {string.Join(", ", CodeLanguage.All.Select(language => language.Name))}.";
        }

        if (options.Language is { } given && CodeLanguage.Of(given) is null)
        {
            yield return $"'language': nothing checks '{given}'. Languages: {string.Join(", ", CodeLanguage.All.Select(language => language.Name))}.";
        }

        if (options.Execute && options.Unisolated == "refuse" && !Sandbox.OfThisMachine.Isolates)
        {
            yield return $"'execute' runs what models wrote, and there is no sandbox that isolates it: {BubblewrapSandbox.Missing}. 'unisolated: skip' leaves the tests out; 'unisolated: unsafe' runs them with all rights of the user.";
        }

        string? fault = null;
        try
        {
            _ = _prompts.Value;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            fault = exception.Message;
        }

        if (fault is not null)
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        // As if every answer were wrong in every round: what a compiler says is of about two hundred tokens, the prompt of as many.
        const int Around = 400;
        var instruction = (Instruction)record;
        string[] answers = instruction.Candidates.Count > 0 ? [.. instruction.Candidates.Select(candidate => candidate.Output)] : string.IsNullOrEmpty(instruction.Output) ? [] : [instruction.Output];
        return options.Model is not { } model ? [] : answers.Select(answer => new ModelUse(
            model, options.Repairs, options.Repairs * (ModelUse.Tokens(instruction.Said()) + ModelUse.Tokens(answer) + Around), options.Repairs * (double)(options.MaxTokens ?? ModelUse.UsualTokens)));
    }

    /// <inheritdoc/>
    public override async Task<Verdict<Instruction>> Apply(Instruction record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        _checker ??= new AnswerChecker(options, Shared(Limits.ToString(), () => new Workbench(Sandbox.OfThisMachine, Limits)), Runs);
        if (record.Candidates.Count > 0)
        {
            return await Candidates(record, cancel).ConfigureAwait(false);
        }

        if (string.IsNullOrEmpty(record.Output))
        {
            return record;
        }

        var answer = await Settle(record, record.Output, 0, cancel).ConfigureAwait(false);
        var scores = PassAt(Scored(record.Scores, answer.Check), [answer]);
        return Reason(answer) is { } reason
            ? new Drop(reason, Detail(answer))
            : record with { Output = answer.Text, Scores = scores, Lineage = Traced(record.Lineage, answer) };
    }

    private async Task<Verdict<Instruction>> Candidates(Instruction record, CancellationToken cancel)
    {
        var answers = await Task.WhenAll(record.Candidates.Select((candidate, at) => Settle(record, candidate.Output, at, cancel))).ConfigureAwait(false);
        var left = record.Candidates.Zip(answers).Where(pair => Reason(pair.Second) is null)
            .Select(pair => pair.First with { Output = pair.Second.Text, Scores = Scored(pair.First.Scores, pair.Second.Check) }).ToList();
        if (left.Count == 0)
        {
            return new Drop(Reason(answers[0])!, Detail(answers[0]));
        }

        var scores = Mean(record.Scores, "compiles", answers.Select(answer => answer.Check.Compiles));
        scores = Mean(scores, "tests_passed", answers.Select(answer => answer.Check.Tests is { } passed ? passed ? 1.0 : 0 : (double?)null));
        return record with { Candidates = left, Scores = PassAt(scores, answers) };
    }

    /// <summary>Checks an answer, and lets it be repaired as long as it is wrong.</summary>
    private async Task<Answered> Settle(Instruction record, string answer, int number, CancellationToken cancel)
    {
        var token = $"passed-{Asking.Draw(Seed, record.Id, Name("token", number, 0)):x16}";
        var first = await _checker!.Check(record, answer, token, cancel).ConfigureAwait(false);
        var (text, check) = (answer, first);
        var (rounds, by) = (0, "");
        while (options.Model is not null && check.IsWrong && rounds < options.Repairs)
        {
            // 4.
            rounds++;
            var repaired = await Repair(record, For(record.Id, string.Create(CultureInfo.InvariantCulture, $"repair round {rounds}"), number + 1), text, check, Asking.Draw(Seed, record.Id, Name("repair", number, rounds)), cancel).ConfigureAwait(false);
            if (repaired is null)
            {
                break;
            }

            (text, by) = (repaired.Text.Trim(), repaired.Model);
            check = await _checker.Check(record, text, token, cancel).ConfigureAwait(false);
        }

        return !first.IsWrong ? new Answered(answer, first, null, 0, "") : check is { IsWrong: false, HasCode: true } ? new Answered(text, check, first, rounds, by) : new Answered(answer, first, first, rounds, "");
    }

    private async Task<Completion?> Repair(Instruction record, Purpose purpose, string answer, AnswerCheck check, ulong seed, CancellationToken cancel)
    {
        var prompt = _prompts.Value.For(record, "compile_check/repair");
        var fault = check.Fault!;
        var messages = fault.Messages.Length > 0 ? $"{fault.Reason}\n{fault.Messages}" : fault.Reason;
        var said = prompt.Fill(("instruction", record.Said()), ("answer", answer), ("language", check.Language), ("messages", messages));
        var request = Asking.Say(prompt.System ?? record.System, said) with { Sampling = options.Sampling, MaxTokens = options.MaxTokens, Seed = seed };
        var completion = await Model<IGenerator>(options.Model!).Ask(options.Model!, purpose, request, cancel).ConfigureAwait(false);
        return completion.Ending == Ending.Stop && !string.IsNullOrWhiteSpace(completion.Text) ? completion : null;
    }

    private string? Reason(Answered answer) =>
        answer.Check.IsWrong ? options.Failed == "drop" ? answer.Check.Fault!.Reason : null
        : !answer.Check.HasCode ? options.NoCode == "drop" ? "no_code" : null
        : answer.Check.Unchecked > 0 && options.Unchecked == "drop" ? "unchecked"
        : null;

    private static JsonObject Detail(Answered answer)
    {
        var detail = new JsonObject();
        if (answer.Check.Fault is { } fault)
        {
            detail["language"] = answer.Check.Language;
            detail["messages"] = fault.Messages;
        }

        if (answer.Rounds > 0)
        {
            detail["repairs"] = answer.Rounds;
        }

        return detail;
    }

    private static Scores Scored(Scores scores, AnswerCheck check)
    {
        scores = check.Compiles is { } share ? scores.With("compiles", share) : scores;
        scores = check.Unchecked > 0 ? scores.With("unchecked", check.Unchecked) : scores;
        return check.Tests is { } passed ? scores.With("tests_passed", passed ? 1 : 0) : scores;
    }

    private static Fields Traced(Fields lineage, Answered answer)
    {
        if (answer.First?.Fault is not { } fault)
        {
            return lineage;
        }

        lineage = lineage.With("code_fault", $"{answer.First.Language} {fault.Reason}\n{fault.Messages}".TrimEnd());
        return answer.Check.IsWrong ? lineage : lineage.With("repaired_by", answer.By).With("repairs", answer.Rounds.ToString(CultureInfo.InvariantCulture));
    }

    private Scores PassAt(Scores scores, IReadOnlyList<Answered> answers)
    {
        // 5.
        var ran = answers.Where(answer => answer.Check.Tests is not null).ToList();
        foreach (var k in options.K.Where(k => k <= ran.Count))
        {
            scores = scores.With(PassName(k), PassAtK.Of(ran.Count, ran.Count(answer => answer.Check.Tests == true), k));
        }

        return scores;
    }

    private static Scores Mean(Scores scores, string name, IEnumerable<double?> values) =>
        values.OfType<double>().ToList() is { Count: > 0 } known ? scores.With(name, known.Average()) : scores;

    private static string PassName(int k) => string.Create(CultureInfo.InvariantCulture, $"pass_at_{k}");

    private static string Name(string what, int number, int round) => string.Create(CultureInfo.InvariantCulture, $"{what} {number} {round}");

    private List<(CodeLanguage Language, string? Fault)> Tried()
    {
        using var bench = new Workbench(Sandbox.OfThisMachine, Limits);
        return [.. Languages.AsParallel().AsOrdered().Select(language => (language, language.Fault(bench)))];
    }

    /// <summary>An answer, repaired or not.</summary>
    /// <param name="Text">The answer.</param>
    /// <param name="Check">What was found out about it.</param>
    /// <param name="First">What was found out about the first one, where that was wrong.</param>
    /// <param name="Rounds">How often it was repaired.</param>
    /// <param name="By">Who repaired it.</param>
    private sealed record Answered(string Text, AnswerCheck Check, AnswerCheck? First, int Rounds, string By);
}
