using Ziya.Models.Tokenization;

namespace Ziya.Models.Tests.Tokenization;

public sealed class SpecialTokensTests
{
    [Theory]
    [InlineData("a<b>c", "<b>", "1-4 <b>")]
    [InlineData("a<b><b>>", "<b>,<b>>", "1-4 <b>,4-8 <b>>")]
    [InlineData("a  <l>  c", "<l>", "1-6 <l>")]
    [InlineData("a  <r>  c", "<r>", "3-8 <r>")]
    [InlineData("北 <l> <r> 京", "<l>,<r>", "1-5 <l>,6-10 <r>")]
    [InlineData("word sword wordy 字word word", "word", "0-4 word,23-27 word")]
    [InlineData("<r>  x <r> xx", "<r>, x", "0-5 <r>,5-6  x,7-11 <r>,11-12  x")]
    [InlineData("<b", "<b>", "")]
    [InlineData("", "<b>", "")]
    public void Find_KnownText_FindsWhatTheFlagsSay(string text, string names, string found)
    {
        var tokens = names.Split(',').Select((name, id) => new AddedToken { Content = name, Id = id, StripLeft = name == "<l>", StripRight = name == "<r>", SingleWord = name == "word" });

        Assert.Equal(found, string.Join(',', All(new SpecialTokens(tokens), text)));
    }

    [Fact]
    public void Find_RandomTexts_FindsAsTheObviousWay()
    {
        var random = new Random(5);
        for (var i = 0; i < 3000; i++)
        {
            var tokens = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Text(random, 1, 4)).Distinct()
                .Select((name, id) => new AddedToken { Content = name, Id = id }).ToList();
            var text = Text(random, 0, 30);

            Assert.Equal(Slow(tokens, text), All(new SpecialTokens(tokens), text));
        }
    }

    private static string Text(Random random, int least, int most) => string.Concat(Enumerable.Range(0, random.Next(least, most)).Select(_ => "<ab>北"[random.Next(5)]));

    private static List<string> All(SpecialTokens tokens, string text)
    {
        var found = new List<string>();
        for (int at = 0, search = 0; tokens.Find(text, ref search, at, out var start, out var end) is { } token; at = end)
        {
            found.Add($"{start}-{end} {token.Content}");
        }

        return found;
    }

    private static List<string> Slow(List<AddedToken> tokens, string text)
    {
        var found = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var longest = tokens.Where(token => text[at..].StartsWith(token.Content, StringComparison.Ordinal)).MaxBy(token => token.Content.Length);
            if (longest is not null)
            {
                found.Add($"{at}-{at + longest.Content.Length} {longest.Content}");
            }

            at += longest?.Content.Length ?? 1;
        }

        return found;
    }
}
