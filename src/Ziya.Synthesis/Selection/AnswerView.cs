using System.Text.RegularExpressions;
using Ziya.Corpus.Scoring;

namespace Ziya.Synthesis.Selection;

/// <summary>An answer and its question as rules look at them.</summary>
/// <param name="question">The question.</param>
/// <param name="answer">The answer.</param>
internal sealed partial class AnswerView(QuestionView question, string answer)
{
    /// <summary>The question.</summary>
    public QuestionView Question { get; } = question;

    /// <summary>The answer, without white space around it.</summary>
    public string Text { get; } = answer.Trim();

    /// <summary>The answer without its fenced blocks.</summary>
    public string Prose { get; } = Fence().Replace(answer, "\n").Trim();

    /// <summary>Its Chinese characters, and its words of other scripts.</summary>
    public (int Han, int Words) Size { get; } = Measure(answer);

    /// <summary>Whether it is mostly Chinese.</summary>
    public bool IsChinese => Size.Han > Size.Words;

    /// <summary>Chinese characters and words together: what people count as 字.</summary>
    public int Units => Size.Han + Size.Words;

    private static (int Han, int Words) Measure(string text)
    {
        var (han, words, inWord) = (0, 0, false);
        foreach (var c in text)
        {
            var isHan = c is >= '\u3400' and <= '\u9fff' or >= '\uf900' and <= '\ufaff';
            var isWord = !isHan && (char.IsLetterOrDigit(c) || (inWord && c is '\'' or '’' or '-'));
            han += isHan ? 1 : 0;
            words += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return (han, words);
    }

    // An open fence reaches to the end.
    [GeneratedRegex(@"^[ \t]*(```|~~~)[^\n]*\n(?s:.*?)(?:^[ \t]*\1[ \t]*$|\z)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Fence();
}

/// <summary>A question as rules look at it, once for all its answers.</summary>
/// <param name="instruction">What is asked for.</param>
internal sealed class QuestionView(string instruction)
{
    private LanguageGuess? _language;

    /// <summary>What is asked for, without the input it is applied to.</summary>
    public string Text { get; } = instruction;

    /// <summary>The language it is asked in.</summary>
    public LanguageGuess Language => _language ??= LanguageIdentifier.Default.Identify(Text);
}
