using System.Text.Json;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Code.Languages;

namespace Ziya.Synthesis.Code;

/// <summary>Checks the code of answers: finds it, compiles it, and runs the tests that the record brings.</summary>
internal sealed class AnswerChecker(CompileCheckOptions options, Workbench bench, bool runs)
{
    /// <summary>A piece of code that is to be checked.</summary>
    /// <param name="Language">Its language; null for one that nothing here can check.</param>
    /// <param name="Text">The code.</param>
    private sealed record Piece(CodeLanguage? Language, string Text);

    /// <summary>Checks one answer.</summary>
    /// <param name="record">The record that brings the tests.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="token">What tests print at their end: a word that no program knows before.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<AnswerCheck> Check(Instruction record, string answer, string token, CancellationToken cancel)
    {
        var pieces = Pieces(record, answer);
        var findings = await Task.WhenAll(Enumerable.Range(0, pieces.Count).Select(at => Check(pieces, at, cancel))).ConfigureAwait(false);
        var wrong = Array.FindIndex(findings, finding => finding.Outcome == Outcome.Fails);
        var check = new AnswerCheck
        {
            Passed = findings.Count(finding => finding.Outcome == Outcome.Passes),
            Failed = findings.Count(finding => finding.Outcome == Outcome.Fails),
            Unchecked = findings.Count(finding => finding.Outcome == Outcome.Unchecked),
            Fault = wrong < 0 ? null : findings[wrong],
            Language = wrong < 0 ? "" : pieces[wrong].Language!.Name,
        };
        return runs && Tests(record) is { } tests ? await Test(check, pieces, tests, token, cancel).ConfigureAwait(false) : check;
    }

    private List<Piece> Pieces(Instruction record, string answer)
    {
        var blocks = CodeBlock.In(answer);
        var given = options.Language is { } name ? CodeLanguage.Of(name) : null;
        var named = blocks.Where(block => block.Tag.Length > 0 && CodeTags.IsCode(block.Tag)).ToList();
        IEnumerable<Piece> pieces = named.Count > 0 ? named.Select(block => new Piece(CodeLanguage.Of(block.Tag), block.Text))
            : blocks.Any(block => block.Tag.Length == 0) ? blocks.Where(block => block.Tag.Length == 0).Select(block => new Piece(given, block.Text))
            : given is not null && blocks.Count == 0 && !string.IsNullOrWhiteSpace(answer) ? [new Piece(given, answer)]
            : [];
        var chosen = pieces.Where(piece => options.Languages.Count == 0 || (piece.Language is { } language && options.Languages.Contains(language.Name))).ToList();
        if (chosen.Count > 0 && options.PrefixField is { } field && RecordField.GetText(record, field) is { } prefix)
        {
            chosen[0] = chosen[0] with { Text = prefix + chosen[0].Text };
        }

        return chosen;
    }

    /// <summary>Alone, or where that fails with the pieces of its language before it, which it may go on from.</summary>
    private async Task<Finding> Check(List<Piece> pieces, int at, CancellationToken cancel)
    {
        if (pieces[at].Language is not { } language || language.Fault(bench) is not null)
        {
            return Finding.NotChecked("no_checker");
        }

        var alone = await language.Check(pieces[at].Text, bench, cancel).ConfigureAwait(false);
        if (alone.Reason != "compile_error" || !pieces.Take(at).Any(piece => piece.Language == language))
        {
            return alone;
        }

        var together = await language.Check(Joined(pieces.Take(at + 1), language), bench, cancel).ConfigureAwait(false);
        return together.Outcome == Outcome.Passes ? together : alone;
    }

    private async Task<AnswerCheck> Test(AnswerCheck check, List<Piece> pieces, string tests, string token, CancellationToken cancel)
    {
        if (pieces.Count == 0)
        {
            return check with { Tests = false, Fault = new Finding(Outcome.Fails, "no_code", ""), Language = options.Language ?? "" };
        }

        if (pieces.Select(piece => piece.Language).FirstOrDefault(language => language is { RunsTests: true } && language.Fault(bench) is null) is not { } language)
        {
            return check;
        }

        // All of it, as one would paste it; where examples of use get in the way, the first piece.
        var found = await language.Test(Joined(pieces, language), tests, token, bench, cancel).ConfigureAwait(false);
        if (found.Outcome != Outcome.Passes && pieces.Count(piece => piece.Language == language) > 1)
        {
            var first = await language.Test(pieces.First(piece => piece.Language == language).Text, tests, token, bench, cancel).ConfigureAwait(false);
            found = first.Outcome == Outcome.Passes ? first : found;
        }

        return found.Outcome == Outcome.Passes ? check with { Tests = true, Fault = null, Language = "" } : check with { Tests = false, Fault = check.Fault ?? found, Language = language.Name };
    }

    private string? Tests(Instruction record)
    {
        if (RecordField.GetText(record, options.TestField) is not { Length: > 0 } text)
        {
            return null;
        }

        var tests = text[0] == '[' && Lines(text) is { } lines ? string.Join('\n', lines) : text;
        return tests.Contains("def check(", StringComparison.Ordinal) && RecordField.GetText(record, options.EntryField) is { Length: > 0 } entry ? $"{tests}\ncheck({entry})\n" : tests;
    }

    private static string[]? Lines(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Joined(IEnumerable<Piece> pieces, CodeLanguage language) => language.Join(pieces.Where(piece => piece.Language == language).Select(piece => piece.Text));
}
