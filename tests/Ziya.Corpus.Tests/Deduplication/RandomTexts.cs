namespace Ziya.Corpus.Tests.Deduplication;

/// <summary>Texts of random units in the manner of a language, and edited copies of them.</summary>
/// <param name="language"><c>zh</c> or <c>en</c>.</param>
/// <param name="seed">Seed.</param>
internal sealed class RandomTexts(string language, int seed)
{
    private const int Vocabulary = 3000;

    private readonly Random _random = new(seed);

    /// <summary>Random units: Chinese characters or made-up words.</summary>
    public string[] Words(int count) => [.. Enumerable.Range(0, count).Select(_ => Word())];

    /// <summary>A copy with a share of the units replaced.</summary>
    public string[] Edit(string[] words, double share) => [.. words.Select(word => _random.NextDouble() < share ? Word() : word)];

    /// <summary>The text, with punctuation that differs each time.</summary>
    public string Join(string[] words) => language == "zh"
        ? string.Concat(words.Select(word => _random.Next(12) == 0 ? word + "，。？"[_random.Next(3)] : word))
        : string.Join(' ', words.Select(word => _random.Next(8) == 0 ? char.ToUpperInvariant(word[0]) + word[1..] + ",.;"[_random.Next(3)] : word));

    private string Word()
    {
        var number = _random.Next(Vocabulary);
        return language == "zh" ? ((char)(0x4e00 + number)).ToString() : $"{"bdfgklmnprst"[number % 12]}{"aeiou"[number / 12 % 5]}{"mnrstl"[number / 60 % 6]}{(char)('a' + (number / 360))}";
    }
}
