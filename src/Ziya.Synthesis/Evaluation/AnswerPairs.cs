using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Writing;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Evaluation;

/// <summary>Pairs of answers of two models, or of anything that answers, to the same instructions.</summary>
/// <param name="First">Whose answers are judged.</param>
/// <param name="Second">Whose they are judged against.</param>
/// <param name="Pairs">Instructions with two candidates: the first's answer, then the second's.</param>
/// <param name="LeftOut">Records without such a pair, by reason.</param>
internal sealed record AnswerPairs(string First, string Second, IReadOnlyList<Instruction> Pairs, SortedDictionary<string, long> LeftOut)
{
    /// <summary>The pairs of one dataset, whose instructions have candidates of both.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="names">The two, by the models' names; null for those of the first two candidates there are.</param>
    /// <exception cref="InvalidDataException">It has no instructions with candidates of two.</exception>
    public static AnswerPairs Of(RecordFiles data, (string First, string Second)? names)
    {
        var (pairs, leftOut) = (new List<Instruction>(), new SortedDictionary<string, long>(StringComparer.Ordinal));
        foreach (var record in data.Read())
        {
            var candidates = (record as Instruction)?.Candidates ?? [];
            if (names is null && candidates.Select(candidate => candidate.Model).OfType<string>().Distinct().Take(2).ToList() is [var one, var other])
            {
                names = (one, other);
            }

            var first = candidates.FirstOrDefault(candidate => candidate.Model is not null && candidate.Model == names?.First);
            var second = candidates.FirstOrDefault(candidate => candidate.Model is not null && candidate.Model == names?.Second);
            Add(pairs, leftOut, record as Instruction, first, second, "no_candidates_of_both");
        }

        return Whole(data.Path, names ?? ("", ""), pairs, leftOut, data.Unreadable,
            "needs instructions whose 'candidates' are of two models, as step 'answer' makes them of several, or as `ziya evaluate pair A B` makes them of two datasets");
    }

    /// <summary>The answers of two datasets to what both were asked: the same system prompt, instruction and input, or the same first question of a dialogue. Those of the second are held in memory.</summary>
    /// <exception cref="InvalidDataException">They have nothing in common.</exception>
    public static AnswerPairs Of(RecordFiles first, RecordFiles second, (string First, string Second) names)
    {
        var (pairs, leftOut) = (new List<Instruction>(), new SortedDictionary<string, long>(StringComparer.Ordinal));
        var asked = new Dictionary<string, List<Record>>(StringComparer.Ordinal);
        foreach (var record in second.Read())
        {
            if (!asked.TryGetValue(KeyOf(record), out var same))
            {
                asked[KeyOf(record)] = same = [];
            }

            same.Add(record);
        }

        foreach (var record in first.Read())
        {
            // A question that is there twice is paired in order.
            var other = asked.TryGetValue(KeyOf(record), out var same) && same.Count > 0 ? same[0] : null;
            same?.RemoveRange(0, Math.Min(1, same.Count));
            var (question, one, two) = other is null ? (null, null, null) : Turns(record, other);
            Add(pairs, leftOut, question, Candidate(one, names.First), Candidate(two, names.Second), other is null ? $"not_in_{names.Second}" : "no_answer");
        }

        Count(leftOut, $"not_in_{names.First}", asked.Values.Sum(same => same.Count));
        return Whole($"{first.Path} and {second.Path}", names, pairs, leftOut, first.Unreadable + second.Unreadable, "have no question in common that both answer");
    }

    private static AnswerPairs Whole(string path, (string First, string Second) names, List<Instruction> pairs, SortedDictionary<string, long> leftOut, long unreadable, string need)
    {
        Count(leftOut, "unreadable", unreadable);
        return pairs.Count > 0 ? new(names.First, names.Second, pairs, leftOut)
            : throw new InvalidDataException($"{path} {need}. {string.Join(", ", leftOut.Select(reason => $"{reason.Key}: {reason.Value}"))}");
    }

    private static void Add(List<Instruction> pairs, SortedDictionary<string, long> leftOut, Instruction? question, Candidate? first, Candidate? second, string without)
    {
        if (question is null || first is null || second is null)
        {
            Count(leftOut, without, 1);
            return;
        }

        if (string.IsNullOrWhiteSpace(first.Output) || string.IsNullOrWhiteSpace(second.Output))
        {
            Count(leftOut, "no_answer", 1);
            return;
        }

        var language = question.Language is { Length: > 0 } and not "und" ? question.Language : PromptBook.LanguageOf(question.Said());
        pairs.Add(question with { Candidates = [first, second], Output = null, Language = language });
    }

    private static void Count(SortedDictionary<string, long> leftOut, string reason, long count)
    {
        if (count > 0)
        {
            leftOut[reason] = leftOut.GetValueOrDefault(reason) + count;
        }
    }

    private static Candidate? Candidate(string? answer, string name) => answer is null ? null : new Candidate(answer, name);

    private static string KeyOf(Record record) => record switch
    {
        Instruction instruction => $"{instruction.System}\0{instruction.Said()}",
        Dialogue dialogue => $"{dialogue.Messages.FirstOrDefault(message => message.Role == "system")?.Content}\0{dialogue.Messages.FirstOrDefault(message => message.Role == "user")?.Content}",
        _ => throw new InvalidDataException($"{record.Origin.File}: answers are compared of instructions and dialogues."),
    };

    /// <summary>What both were asked, and how each went on.</summary>
    private static (Instruction Question, string? First, string? Second) Turns(Record record, Record other)
    {
        if (record is Instruction instruction && other is Instruction against)
        {
            return (instruction, instruction.Output, against.Output);
        }

        var (one, two) = (MessagesOf(record), MessagesOf(other));
        var common = one.Zip(two).TakeWhile(turn => turn.First == turn.Second).Count();

        // Where one is no more than the beginning of the other, the answer is the last turn of the shorter.
        common = Math.Min(common, Math.Min(one.Count, two.Count) - 1);
        var shared = one.Take(common).Where(message => message.Role != "system").ToList();
        var question = new Instruction
        {
            Id = record.Id,
            Text = shared.Count == 1 ? shared[0].Content : Written(shared),
            System = one.FirstOrDefault(message => message.Role == "system")?.Content,
            Task = record.Meta.GetText("task"),
            Language = record.Language,
            Source = record.Source,
            Origin = record.Origin,
        };
        return (question, Rest(one, common), Rest(two, common));
    }

    private static IReadOnlyList<Message> MessagesOf(Record record) => record is Dialogue dialogue ? dialogue.Messages : Conversation.Of(record).Messages;

    private static string? Rest(IReadOnlyList<Message> messages, int from) =>
        messages.Skip(from).ToList() is [{ Role: "assistant" } only] ? only.Content : messages.Count > from ? Written(messages.Skip(from)) : null;

    private static string Written(IEnumerable<Message> messages) => string.Join("\n\n", messages.Select(message => $"[{message.Role}] {message.Content}"));
}
