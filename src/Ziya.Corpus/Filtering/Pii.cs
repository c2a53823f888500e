using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Ziya.Corpus.Cleaning;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Options of <c>pii</c>.</summary>
public sealed record PiiOptions
{
    /// <summary>What becomes of personal data: `mask` (default), `hash`, `tag` or `drop`.</summary>
    public PiiMode Mode { get; init; } = PiiMode.Mask;

    /// <summary>The kinds that are looked for. Default: all.</summary>
    public IReadOnlyList<PiiKind> Kinds { get; init; } = Enum.GetValues<PiiKind>();

    /// <summary>Most of a kind that a record may have, by kind. Default 0 for each. For `mode: drop`, and for the score `pii`.</summary>
    [Range(0, int.MaxValue)]
    public IReadOnlyDictionary<string, int> Most { get; init; } = new Dictionary<string, int>();

    /// <summary>Environment variable with the key of `mode: hash`. The key is written nowhere; with another one the run is another.</summary>
    public string? KeyEnv { get; init; }

    /// <summary>What stands for a value in `mode: mask`, `{kind}` being its kind. Default `&lt;{kind}&gt;`.</summary>
    public string MaskWith { get; init; } = "<{kind}>";

    /// <summary>Whether IP addresses of private and other networks that are not the public one stay. Default true.</summary>
    public bool PublicIpsOnly { get; init; } = true;

    /// <summary>Whether numbers of resident identity cards of before 1999 count, of 15 digits without a check digit. Default false: many other numbers look so.</summary>
    public bool OldIdCards { get; init; }
}

/// <summary>
/// Finds personal data in all texts of a record: e-mail and IP addresses, telephone numbers, Chinese resident identity cards, passports and number plates, bank cards. Masks it, hashes it, drops the record or only counts. Writes, but where it drops,
/// the score <c>pii</c>, 1 where there is more than there may be and 0 where not, and for each kind <c>pii_KIND</c>, how many there are.
/// </summary>
/// <remarks>
/// No peer has Chinese forms (datatrove and dolma mask e-mail and IP addresses, dolma telephone numbers of North America). What can be checked is: regions, dates and check digits of resident identity
/// cards (GB 11643, ISO 7064 MOD 11-2), issuers, lengths and check digits of bank cards (ISO/IEC 7812, Luhn), prefixes of telephone numbers. A number that could be another thing is not taken where a word before it says so (订单号, order, ISBN), and some only where
/// a word says that they are (护照, passport; numbers without an area, behind 电话 or phone). Letters and digits of full width are left to the step <c>clean</c>.
/// <para>
/// Of the 85 values planted in the 158 lines of samples/pii/planted.txt, Chinese and English, all are found, and nothing in the 76 lines that only look so (order numbers, ISBN, versions, dates, decimals, amounts, part numbers); the rules were
/// written with such lines in mind, so on other texts expect less. What was found wrongly in real texts is told in tests/Ziya.Benchmarks/README.md.
/// </para>
/// </remarks>
[Step("pii")]
public sealed class Pii : RuleStep
{
    private static readonly string[] Names = [.. Enum.GetNames<PiiKind>().Select(OptionShape.SnakeCase)];

    private readonly PiiOptions _options;
    private readonly PiiScanner _scanner;
    private readonly List<PiiHit> _hits = [];
    private readonly int[] _counts = new int[Names.Length];
    private readonly string[] _masks;
    private readonly Func<string, string> _rewrite;
    private byte[]? _key;

    /// <summary>Makes the step.</summary>
    public Pii(PiiOptions options)
        : base(options.Mode != PiiMode.Drop, [.. options.Kinds.Distinct().Order().Select(kind => Names[(int)kind])])
    {
        _options = options;
        _scanner = new PiiScanner(options);
        _masks = [.. Names.Select(name => options.MaskWith.Replace("{kind}", name.ToUpperInvariant(), StringComparison.Ordinal))];
        _rewrite = Rewrite;
    }

    /// <inheritdoc/>
    public override string Version() => _options.Mode == PiiMode.Hash && ReadKey() is { } key ? Convert.ToHexStringLower(HMACSHA256.HashData(key, "version"u8))[..16] : "";

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (_options.Kinds.Count == 0)
        {
            yield return "'kinds' is empty: nothing is looked for.";
        }

        foreach (var kind in _options.Most.Keys.Where(kind => !Names.Contains(kind)))
        {
            yield return $"'most' names '{kind}', which is no kind. Kinds: {string.Join(", ", Names)}.";
        }

        if (_options.Mode == PiiMode.Hash && ReadKey() is null)
        {
            yield return _options.KeyEnv is { } variable ? $"'key_env': the environment variable {variable} is not set or empty." : "'mode: hash' needs a key: name an environment variable that holds it in 'key_env'. Without a key, hashes of telephone numbers can be undone by trying all.";
        }
    }

    /// <inheritdoc/>
    protected override Record Judge(Record record, Ruling ruling)
    {
        _key ??= _options.Mode == PiiMode.Hash ? ReadKey() : null;
        Array.Clear(_counts);
        var rewritten = RecordTexts.Rewrite(record, _rewrite) ?? record;
        foreach (var kind in _options.Kinds.Distinct().Order())
        {
            var name = Names[(int)kind];
            if (ruling.Above(name, _counts[(int)kind], _options.Most.GetValueOrDefault(name)))
            {
                return record;
            }
        }

        return rewritten;
    }

    private string Rewrite(string text)
    {
        _scanner.Find(text, _hits);
        _hits.ForEach(hit => _counts[(int)hit.Kind]++);
        if (_hits.Count == 0 || _options.Mode is PiiMode.Tag or PiiMode.Drop)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var at = 0;
        foreach (var hit in _hits)
        {
            result.Append(text, at, hit.Start - at).Append(_options.Mode == PiiMode.Mask ? _masks[(int)hit.Kind] : Hashed(hit.Kind, text.AsSpan(hit.Start, hit.End - hit.Start)));
            at = hit.End;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>The same for a value however it is written: without what is between digits, the country of Chinese numbers, and case.</summary>
    private string Hashed(PiiKind kind, ReadOnlySpan<char> value)
    {
        const int HexDigits = 12;
        var plain = kind is PiiKind.Email or PiiKind.Ip ? value.ToString().ToLowerInvariant() : string.Concat(value.ToString().Where(char.IsLetterOrDigit)).ToUpperInvariant();
        plain = kind == PiiKind.Phone ? plain.TrimStart('0') : plain;
        plain = kind == PiiKind.Phone && plain.Length > 11 && plain.StartsWith("86", StringComparison.Ordinal) ? plain[2..] : plain;
        var hash = HMACSHA256.HashData(_key!, Encoding.UTF8.GetBytes($"{Names[(int)kind]}:{plain}"));
        return $"<{Names[(int)kind].ToUpperInvariant()}:{Convert.ToHexStringLower(hash)[..HexDigits]}>";
    }

    private byte[]? ReadKey() => _options.KeyEnv is { } variable && Environment.GetEnvironmentVariable(variable) is { } key && key.Trim().Length > 0 ? Encoding.UTF8.GetBytes(key.Trim()) : null;
}
