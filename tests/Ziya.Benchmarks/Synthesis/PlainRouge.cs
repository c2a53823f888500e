using System.Text.RegularExpressions;

namespace Ziya.Benchmarks.Synthesis;

/// <summary>The obvious way: the table of the longest common subsequence with every text, its tokens at hand as numbers.</summary>
internal sealed partial class PlainRouge
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly int[][] _texts;

    public PlainRouge(IEnumerable<string> texts) => _texts = [.. texts.Select(Tokens)];

    /// <summary>The first of the most similar texts above the bound.</summary>
    public int? Find(string text, double bound)
    {
        var tokens = Tokens(text);
        var row = new int[_texts.Max(other => other.Length) + 1];
        var (best, found) = (bound, (int?)null);
        for (var at = 0; at < _texts.Length; at++)
        {
            var other = _texts[at];
            Array.Clear(row, 0, other.Length + 1);
            foreach (var token in tokens)
            {
                var diagonal = 0;
                for (var i = 0; i < other.Length; i++)
                {
                    var above = row[i + 1];
                    row[i + 1] = token == other[i] ? diagonal + 1 : Math.Max(above, row[i]);
                    diagonal = above;
                }
            }

            var similarity = 2.0 * row[other.Length] / Math.Max(1, tokens.Length + other.Length);
            (best, found) = similarity > best ? (similarity, at) : (best, found);
        }

        return found;
    }

    private int[] Tokens(string text) => [.. Token().Matches(text).Select(match => match.Value.ToLowerInvariant()).Select(token => _ids.TryGetValue(token, out var id) ? id : _ids[token] = _ids.Count)];

    [GeneratedRegex(@"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\ud800-\udfff]|[\p{L}\p{Nd}-[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]]+")]
    private static partial Regex Token();
}
