using System.Text;
using Ziya.Corpus.Cleaning;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Cleaning;

public sealed class SimplifyChineseTests
{
    private readonly SimplifyChinese _step = new(new SimplifyChineseOptions());

    public SimplifyChineseTests() => Assert.SkipUnless(VariantDictionary.IsThere, "npm was not there to bring OpenCC's dictionaries");

    [Theory]
    [InlineData("乾隆皇帝的頭髮後來乾燥了。", "乾隆皇帝的头发后来干燥了。")]
    [InlineData("皇后在沙發後面發現了一隻貓", "皇后在沙发后面发现了一只猫")]
    [InlineData("著名的著作，看着瞭望塔，不瞭解", "著名的著作，看着瞭望塔，不了解")]
    [InlineData("簡體字不變，English 也不變。", "简体字不变，English 也不变。")]
    [InlineData("𠀾𡃁", "𠀾𡃁")]
    [InlineData("\ud840", "\ud840")]
    [InlineData("", "")]
    public void Text_Traditional_BecomesSimplified(string traditional, string simplified) => Assert.Equal(simplified, _step.Text(traditional));

    [Theory]
    [InlineData("简体中文的一段话，没有什么要变。")]
    [InlineData("Nothing to change here.")]
    [InlineData("乾坤乾隆")]
    [InlineData("😀👍🏽 م")]
    public void Text_Simplified_IsTheSameString(string text) => Assert.Same(text, _step.Text(text));

    [Theory]
    [InlineData(ChineseVariety.Taiwan, "裡面的軟體", "里面的软体")]
    [InlineData(ChineseVariety.Taiwan, "看著著名的書", "看着著名的书")]
    [InlineData(ChineseVariety.TaiwanWords, "裡面的軟體", "里面的软件")]
    [InlineData(ChineseVariety.HongKong, "衞生", "卫生")]
    public void Text_Varieties_HaveTheirOwnForms(ChineseVariety from, string text, string simplified) =>
        Assert.Equal(simplified, new SimplifyChinese(new SimplifyChineseOptions { From = from }).Text(text));

    [Theory]
    [InlineData(null, "後來", "后来")]
    [InlineData("zh", "後來", "后来")]
    [InlineData("ja", "後來", "後來")]
    [InlineData("en", "後來", "後來")]
    [InlineData("und", "その後、発展が遅れた", "その後、発展が遅れた")]
    [InlineData(null, "台灣の味", "台湾の味")]
    public void Apply_Languages_OnlyThoseThatAreMeant(string? language, string text, string left) =>
        Assert.Equal(left, ((Document)_step.Apply(new Document { Id = "1", Text = text, Language = language }).Record!).Text);

    [Fact]
    public void Apply_AnyKind_AllTextsChange()
    {
        var record = _step.Apply(new Instruction { Id = "1", Text = "寫詩", Input = "關於雲", Output = "雲在飛" }).Record;

        Assert.Equal(new Instruction { Id = "1", Text = "写诗", Input = "关于云", Output = "云在飞" }, record);
    }

    [Fact]
    public void Text_RandomTexts_AreWhatLookingUpEachPlaceGives()
    {
        var random = new Random(4);
        string[] pieces = ["乾", "隆", "燥", "瞭", "望", "解", "著", "發", "髮", "一", "目", "然", "𠀾", "㑮", "a", "。", "\ud842", "後", "么", "麼"];
        foreach (var variety in Enum.GetValues<ChineseVariety>())
        {
            var groups = VariantDictionary.Of(variety).Groups;
            for (var i = 0; i < 200; i++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(3) == 0 ? ((char)random.Next(0x4e00, 0x9fa5)).ToString() : pieces[random.Next(pieces.Length)]));

                Assert.Equal(Obvious(text, variety), groups[0].Convert(text));
            }
        }
    }

    [Fact]
    public void Text_AnyEntry_IsTheSameWhenDoneTwice()
    {
        foreach (var (from, _) in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "opencc"), "*.txt").SelectMany(Entries))
        {
            var once = _step.Text(from + "，" + from + from);

            Assert.Equal(once, _step.Text(once));
        }
    }

    [Fact]
    public void Text_Hostile_TakesNoLongerThanItsLength()
    {
        var long1 = new string('乾', 1 << 20);

        Assert.Equal(1 << 20, _step.Text(long1).Length);
        Assert.Equal((1 << 20) + 1, _step.Text(string.Concat(Enumerable.Repeat("一目", 1 << 19)) + "\ud840").Length);
    }

    private static IEnumerable<(string From, string To)> Entries(string path) =>
        File.ReadLines(path).Where(line => line.Contains('\t', StringComparison.Ordinal) && line[0] != '#').Select(line => line.Split('\t')).Select(parts => (parts[0], parts[1].Split(' ')[0]));

    /// <summary>The oracle: at each place the longest entry of the first file that has any.</summary>
    private static string Obvious(string text, ChineseVariety variety)
    {
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "opencc", "config",
            variety switch { ChineseVariety.Taiwan => "tw2s", ChineseVariety.TaiwanWords => "tw2sp", ChineseVariety.HongKong => "hk2s", _ => "t2s" } + ".json")))!;
        var first = config["conversion_chain"]![0]!["dict"]!;
        var files = (first["dicts"]?.AsArray() ?? [first.DeepClone()]).Select(file => Entries(Path.Combine(AppContext.BaseDirectory, "opencc", (string)file!["file"]!)).ToList()).ToList();
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var best = files.Select(entries => entries.Where(entry => string.CompareOrdinal(text, at, entry.From, 0, entry.From.Length) == 0).OrderByDescending(entry => entry.From.Length).FirstOrDefault())
                .FirstOrDefault(entry => entry.From is not null);
            result.Append(best.From is null ? text[at].ToString() : best.To);
            at += best.From?.Length ?? 1;
        }

        return result.ToString();
    }
}
