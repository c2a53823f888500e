namespace Ziya.Synthesis.Selection;

/// <summary><c>length</c>: 1 within the limits of the answer's language; below them its share of the least, above them the share that the most is of it.</summary>
internal sealed class LengthRule(RuleRewardOptions options) : AnswerRule("length")
{
    private const int MostWords = 2000;
    private const int MostCharacters = 3200;

    /// <inheritdoc/>
    public override double? Of(AnswerView answer)
    {
        var limits = answer.IsChinese ? options.Zh : options.En;
        var least = limits.MinLength ?? 1;
        var most = limits.MaxLength ?? (answer.IsChinese ? MostCharacters : MostWords);
        var units = answer.Units;
        return units < least ? (double)units / least : units > most ? (double)most / units : 1;
    }
}
