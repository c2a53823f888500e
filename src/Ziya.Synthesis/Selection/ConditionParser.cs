using System.Globalization;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// Reads conditions by recursive descent: <c>or</c>, <c>and</c>, <c>not</c>, comparisons, sums, products, signs and brackets, each binding closer than the one before. Total: any text gives a
/// condition or a fault with its place.
/// </summary>
internal sealed class ConditionParser(string text)
{
    private const int MostLevels = 64;

    private readonly List<string> _numbers = [];
    private ConditionToken _token;
    private int _next;
    private int _level;

    /// <summary>What is wrong, and where; the first fault.</summary>
    public string? Fault { get; private set; }

    /// <summary>The condition, or null.</summary>
    public Condition? Parse()
    {
        Advance();
        var term = Or();
        if (term is null)
        {
            return null;
        }

        if (_token.Kind != ConditionTokenKind.End)
        {
            Fail(_token.At, $"has '{_token.Text}' where it should end, or go on with and, or");
            return null;
        }

        return Truth(term) is { } truth ? new Condition(truth, _numbers) : null;
    }

    private ConditionTerm? Or() => Chain("or", And, (a, b) => record => a(record) | b(record));

    private ConditionTerm? And() => Chain("and", Not, (a, b) => record => a(record) & b(record));

    private ConditionTerm? Chain(string word, Func<ConditionTerm?> part, Func<Func<Record, bool?>, Func<Record, bool?>, Func<Record, bool?>> join)
    {
        var left = part();
        while (left is not null && Take(ConditionTokenKind.Name, word))
        {
            var right = part();
            if (right is null || Truth(left) is not { } a || Truth(right) is not { } b)
            {
                return null;
            }

            left = new ConditionTerm(left.At) { Truth = join(a, b) };
        }

        return left;
    }

    private ConditionTerm? Not()
    {
        var at = _token.At;
        if (!Take(ConditionTokenKind.Name, "not"))
        {
            return Comparison();
        }

        return Deeper(Not) is { } term && Truth(term) is { } truth ? new ConditionTerm(at) { Truth = record => !truth(record) } : null;
    }

    private ConditionTerm? Comparison()
    {
        var left = Sum();
        if (left is null || _token is not { Kind: ConditionTokenKind.Sign, Text: "<" or "<=" or ">" or ">=" or "==" or "!=" })
        {
            return left;
        }

        var sign = _token;
        Advance();
        var right = Sum();
        var compared = right is null ? null : Compare(left, sign, right);
        if (compared is not null && _token is { Kind: ConditionTokenKind.Sign, Text: "<" or "<=" or ">" or ">=" or "==" or "!=" })
        {
            return Fail(_token.At, "compares three things at once; write a < b and b < c");
        }

        return compared;
    }

    private ConditionTerm? Compare(ConditionTerm left, ConditionToken sign, ConditionTerm right)
    {
        if (left.Number is not null && right.Number is not null)
        {
            if (Number(left) is not { } a || Number(right) is not { } b)
            {
                return null;
            }

            // Comparing what is missing gives null, not false.
            return new ConditionTerm(left.At)
            {
                Truth = sign.Text switch
                {
                    "<" => record => Known(a(record), b(record), out var x, out var y) ? x < y : null,
                    "<=" => record => Known(a(record), b(record), out var x, out var y) ? x <= y : null,
                    ">" => record => Known(a(record), b(record), out var x, out var y) ? x > y : null,
                    ">=" => record => Known(a(record), b(record), out var x, out var y) ? x >= y : null,
                    "==" => record => Known(a(record), b(record), out var x, out var y) ? x == y : null,
                    _ => record => Known(a(record), b(record), out var x, out var y) ? x != y : null,
                },
            };
        }

        if (left.Text is not { } text || right.Text is not { } other)
        {
            return Fail(sign.At, $"compares {left.Noun} with {right.Noun}");
        }

        if (sign.Text is not ("==" or "!="))
        {
            return Fail(sign.At, $"compares texts by {sign.Text}; for texts there are == and !=");
        }

        var equal = sign.Text == "==";
        return new ConditionTerm(left.At) { Truth = record => text(record) is { } x && other(record) is { } y ? (x == y) == equal : null };
    }

    private ConditionTerm? Sum() => Calculate(Product, "+", (a, b) => a + b, "-", (a, b) => a - b);

    private ConditionTerm? Product() => Calculate(Sign, "*", (a, b) => a * b, "/", (a, b) => a / b);

    private ConditionTerm? Calculate(Func<ConditionTerm?> part, string sign, Func<double?, double?, double?> first, string otherSign, Func<double?, double?, double?> second)
    {
        var left = part();
        while (left is not null && _token.Kind == ConditionTokenKind.Sign && (_token.Text == sign || _token.Text == otherSign))
        {
            var operation = _token.Text == sign ? first : second;
            Advance();
            var right = part();
            if (right is null || Number(left) is not { } a || Number(right) is not { } b)
            {
                return null;
            }

            left = new ConditionTerm(left.At) { Number = record => operation(a(record), b(record)) };
        }

        return left;
    }

    private ConditionTerm? Sign()
    {
        var at = _token.At;
        if (!Take(ConditionTokenKind.Sign, "-"))
        {
            return Single();
        }

        return Deeper(Sign) is { } term && Number(term) is { } number ? new ConditionTerm(at) { Number = record => -number(record) } : null;
    }

    private ConditionTerm? Single()
    {
        var token = _token;
        switch (token.Kind)
        {
            case ConditionTokenKind.Number:
                Advance();
                return double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
                    ? new ConditionTerm(token.At) { Number = _ => value }
                    : Fail(token.At, $"has '{token.Text}', which is no number");
            case ConditionTokenKind.Text:
                Advance();
                return new ConditionTerm(token.At) { Text = _ => token.Text };
            case ConditionTokenKind.Name when token.Text is not ("and" or "or" or "not"):
                Advance();
                return Name(token);
            case ConditionTokenKind.Sign when token.Text == "(":
                Advance();
                var inner = Deeper(Or);
                return inner is null || Take(ConditionTokenKind.Sign, ")") ? inner : Fail(_token.At, $"lacks the ) of the bracket at {token.At + 1}");
            case ConditionTokenKind.Unknown when token.Text[0] is '"' or '\'':
                return Fail(token.At, $"lacks the {token.Text[0]} that ends a text");
            default:
                return Fail(token.At, token.Kind == ConditionTokenKind.End ? "ends where a number, a name or a text is missing" : $"has '{token.Text}' where a number, a name or a text is missing");
        }
    }

    private static ConditionTerm Name(ConditionToken token)
    {
        var name = token.Text;
        var isText = RecordField.IsText(name);
        var isNumber = !isText || name.StartsWith("meta.", StringComparison.Ordinal);
        return new ConditionTerm(token.At)
        {
            Name = name,
            Number = isNumber ? record => RecordField.TryGetNumber(record, name, out var value) && !double.IsNaN(value) ? value : null : null,
            Text = isText ? record => RecordField.GetText(record, name) : null,
        };
    }

    private Func<Record, bool?>? Truth(ConditionTerm term)
    {
        if (term.Truth is null)
        {
            Fail(term.At, $"needs a condition here, such as {term.Name ?? "reward"} > 0, and has {term.Noun}");
        }

        return term.Truth;
    }

    private Func<Record, double?>? Number(ConditionTerm term)
    {
        if (term.Number is null)
        {
            Fail(term.At, $"needs a number here, and has {term.Noun}");
        }
        else if (term.Name is { } name && !_numbers.Contains(name))
        {
            _numbers.Add(name);
        }

        return term.Number;
    }

    private static bool Known(double? a, double? b, out double x, out double y)
    {
        (x, y) = (a.GetValueOrDefault(double.NaN), b.GetValueOrDefault(double.NaN));
        return !double.IsNaN(x) && !double.IsNaN(y);
    }

    private ConditionTerm? Deeper(Func<ConditionTerm?> part)
    {
        if (_level == MostLevels)
        {
            return Fail(_token.At, $"is nested deeper than {MostLevels} levels");
        }

        _level++;
        var term = part();
        _level--;
        return term;
    }

    private bool Take(ConditionTokenKind kind, string word)
    {
        if (_token.Kind != kind || _token.Text != word)
        {
            return false;
        }

        Advance();
        return true;
    }

    private void Advance() => _token = ConditionToken.Read(text, ref _next);

    private ConditionTerm? Fail(int at, string message)
    {
        Fault ??= string.Create(CultureInfo.InvariantCulture, $"{message} (character {at + 1}: '{text[Math.Min(at, text.Length)..Math.Min(text.Length, at + 20)]}').");
        return null;
    }
}
