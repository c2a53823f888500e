using Ziya.Corpus.Filtering;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// <c>repetition</c>: the share of characters in runs of 4 words, 6 characters of Chinese, that stood before, code aside (Gopher's measure, Rae et al. 2021, arXiv:2112.11446, with shorter runs, as answers are
/// short). 1 up to the limit, 0 from twice the limit on.
/// </summary>
internal sealed class RepetitionRule(RuleRewardOptions options) : AnswerRule("repetition")
{
    private const int Words = 4;
    private const int Characters = 6;
    private const double MostOfWords = 0.15;
    private const double MostOfCharacters = 0.2;

    private readonly GramRepetition _grams = new();

    /// <inheritdoc/>
    public override double? Of(AnswerView answer)
    {
        _grams.Read(answer.Prose);
        _grams.Narrow(_grams.IsUnspaced ? Characters : Words);
        var limit = _grams.IsUnspaced ? options.Zh.MaxRepetition ?? MostOfCharacters : options.En.MaxRepetition ?? MostOfWords;
        return limit >= 1 ? 1 : Math.Clamp(2 - (_grams.Repeated / Math.Max(limit, 1e-9)), 0, 1);
    }
}
