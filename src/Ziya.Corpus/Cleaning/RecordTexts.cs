using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Cleaning;

/// <summary>The texts of a record of any kind, for steps that rewrite them.</summary>
internal static class RecordTexts
{
    /// <summary>
    /// The record with each of its texts rewritten: the same one where nothing changes, null where a text that the kind cannot do
    /// without has become empty.
    /// </summary>
    public static Record? Rewrite(Record record, Func<string, string> rewrite) => record switch
    {
        Document document => Document(document, rewrite(document.Text)),
        Instruction instruction => Instruction(instruction, rewrite),
        Dialogue dialogue => Dialogue(dialogue, rewrite),
        Preference preference => Preference(preference, rewrite),
        _ => throw new ArgumentException($"no texts known of a {record.Kind}", nameof(record)),
    };

    private static Document? Document(Document document, string text) =>
        text.Length == 0 ? null : ReferenceEquals(text, document.Text) ? document : document with { Text = text };

    private static Instruction? Instruction(Instruction instruction, Func<string, string> rewrite)
    {
        var text = rewrite(instruction.Text);
        var (input, output, system) = (Optional(instruction.Input), Optional(instruction.Output), Optional(instruction.System));
        if (text.Length == 0)
        {
            return null;
        }

        var candidates = Candidates(instruction.Candidates, rewrite);
        var same = ReferenceEquals(text, instruction.Text) && ReferenceEquals(input, instruction.Input)
            && ReferenceEquals(output, instruction.Output) && ReferenceEquals(system, instruction.System) && ReferenceEquals(candidates, instruction.Candidates);
        return same ? instruction : instruction with { Text = text, Input = input, Output = output, System = system, Candidates = candidates };

        string? Optional(string? part) => part is null ? null : rewrite(part);
    }

    private static IReadOnlyList<Candidate> Candidates(IReadOnlyList<Candidate> candidates, Func<string, string> rewrite)
    {
        Candidate[]? changed = null;
        for (var i = 0; i < candidates.Count; i++)
        {
            var output = rewrite(candidates[i].Output);
            if (!ReferenceEquals(output, candidates[i].Output))
            {
                changed ??= [.. candidates];
                changed[i] = candidates[i] with { Output = output };
            }
        }

        return changed ?? candidates;
    }

    private static Dialogue? Dialogue(Dialogue dialogue, Func<string, string> rewrite)
    {
        List<Message>? changed = null;
        var empty = true;
        for (var i = 0; i < dialogue.Messages.Count; i++)
        {
            var message = dialogue.Messages[i];
            var content = rewrite(message.Content);
            empty &= content.Length == 0;
            if (!ReferenceEquals(content, message.Content))
            {
                changed ??= [.. dialogue.Messages];
                changed[i] = message with { Content = content };
            }
        }

        return empty ? null : changed is null ? dialogue : dialogue with { Messages = changed };
    }

    private static Preference? Preference(Preference preference, Func<string, string> rewrite)
    {
        var (prompt, chosen, rejected) = (rewrite(preference.Prompt), rewrite(preference.Chosen), rewrite(preference.Rejected));
        var system = preference.System is null ? null : rewrite(preference.System);
        if (prompt.Length == 0 || chosen.Length == 0)
        {
            return null;
        }

        var same = ReferenceEquals(prompt, preference.Prompt) && ReferenceEquals(chosen, preference.Chosen) && ReferenceEquals(rejected, preference.Rejected)
            && ReferenceEquals(system, preference.System);
        return same ? preference : preference with { Prompt = prompt, Chosen = chosen, Rejected = rejected, System = system };
    }
}
