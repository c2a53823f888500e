namespace Ziya.Synthesis.Selection;

/// <summary>What a token of a condition is.</summary>
internal enum ConditionTokenKind
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>A number.</summary>
    Number,

    /// <summary>Text in quotes.</summary>
    Text,

    /// <summary>A name, or one of the words and, or, not.</summary>
    Name,

    /// <summary>An operator or a bracket.</summary>
    Sign,

    /// <summary>None of these.</summary>
    Unknown,
}

/// <summary>A token of a condition.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text, of a text without its quotes.</param>
/// <param name="At">Where it begins, from 0.</param>
internal readonly record struct ConditionToken(ConditionTokenKind Kind, string Text, int At)
{
    private static readonly string[] Signs = ["<=", ">=", "==", "!=", "<", ">", "(", ")", "+", "-", "*", "/"];

    /// <summary>The token at or after a place, and where the next is looked for.</summary>
    public static ConditionToken Read(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        var start = at;
        if (at == text.Length)
        {
            return new(ConditionTokenKind.End, "", start);
        }

        var first = text[at];
        if (first is '"' or '\'')
        {
            var end = text.IndexOf(first, at + 1);
            at = end < 0 ? text.Length : end + 1;
            return end < 0 ? new(ConditionTokenKind.Unknown, text[start..], start) : new(ConditionTokenKind.Text, text[(start + 1)..end], start);
        }

        if (char.IsAsciiDigit(first) || (first == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            at = EndOfNumber(text, at);
            return new(ConditionTokenKind.Number, text[start..at], start);
        }

        if (char.IsLetter(first) || first == '_')
        {
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '.'))
            {
                at++;
            }

            return new(ConditionTokenKind.Name, text[start..at], start);
        }

        var sign = Array.Find(Signs, sign => text.AsSpan(start).StartsWith(sign));
        at += sign?.Length ?? 1;
        return new(sign is null ? ConditionTokenKind.Unknown : ConditionTokenKind.Sign, text[start..at], start);
    }

    private static int EndOfNumber(string text, int at)
    {
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.' || (text[at] is '+' or '-' && text[at - 1] is 'e' or 'E')))
        {
            at++;
        }

        return at;
    }
}
