using System.Globalization;
using System.Text.Json;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Evaluation;

/// <summary>What one person judged, as the page saved it.</summary>
/// <param name="Page">The page.</param>
/// <param name="Judge">Who judged.</param>
/// <param name="Judged">Verdicts by number of the item.</param>
internal sealed record JudgedPage(string Page, string Judge, IReadOnlyDictionary<string, PageVerdict> Judged)
{
    private static readonly string[] PairChoices = ["left", "right", "tie"];
    private static readonly string[] ReviewChoices = ["good", "bad"];

    /// <summary>The files of several judges of the page that a key belongs to.</summary>
    /// <exception cref="InvalidDataException">One is no such file, of another page, or two are of one judge.</exception>
    public static IReadOnlyList<JudgedPage> Read(IReadOnlyList<string> paths, PageKey key)
    {
        var numbers = key.Items.Select(item => item.Number.ToString(CultureInfo.InvariantCulture)).ToHashSet();
        var read = new Dictionary<string, (JudgedPage Page, string Path)>();
        foreach (var path in paths)
        {
            var judged = Read(path, key, numbers);
            if (!read.TryAdd(judged.Judge, (judged, path)))
            {
                throw new InvalidDataException($"{read[judged.Judge].Path} and {path} are both by '{judged.Judge}'. Take the later one alone; two people have to have two names ('judge' in the file).");
            }
        }

        return [.. read.Values.Select(judged => judged.Page)];
    }

    private static JudgedPage Read(string path, PageKey key, HashSet<string> numbers)
    {
        JudgedPage judged;
        try
        {
            judged = JsonText.Read<JudgedPage>(File.ReadAllBytes(path));
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is nothing that a page saved: {exception.Message}", exception);
        }

        if (judged.Page is null || judged.Judged is null || string.IsNullOrWhiteSpace(judged.Judge))
        {
            throw new InvalidDataException($"{path} is nothing that a page saved: 'page', 'judge' and 'judged' are needed.");
        }

        if (judged.Page != key.Page)
        {
            throw new InvalidDataException($"{path} was saved from page {judged.Page}, the key belongs to page {key.Page}. Each page has its own key beside it.");
        }

        var choices = key.Kind == JudgingPage.Pairs ? PairChoices : ReviewChoices;
        foreach (var (number, verdict) in judged.Judged)
        {
            if (!numbers.Contains(number) || verdict is null || !choices.Contains(verdict.Choice))
            {
                throw new InvalidDataException($"{path}: item '{number}' is judged '{verdict?.Choice}'. The page has items 1 to {numbers.Count}, and each is judged {string.Join(", ", choices)}.");
            }
        }

        return judged;
    }
}

/// <summary>What was said of an item.</summary>
/// <param name="Choice"><c>left</c>, <c>right</c>, <c>tie</c>, or in a review <c>good</c>, <c>bad</c>.</param>
/// <param name="Reasons">Why it is bad.</param>
/// <param name="Note">What else the judge had to say.</param>
internal sealed record PageVerdict(string Choice, IReadOnlyList<string>? Reasons = null, string? Note = null);
