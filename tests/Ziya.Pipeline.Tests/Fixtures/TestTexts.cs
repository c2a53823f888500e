using System.Globalization;
using System.Text;

namespace Ziya.Pipeline.Tests.Fixtures;

/// <summary>Made-up records in both languages.</summary>
internal static class TestTexts
{
    private static readonly string[] Words = ["river", "stone", "quiet", "lantern", "bread", "山", "河流", "灯塔", "面包", "安静", "𠮷", "é"];

    /// <summary>JSON lines; about a fifth of the texts occur more than once, and every 97th line is no record.</summary>
    public static string Lines(int count, int seed, int words = 12)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            if (i % 97 == 96)
            {
                text.Append("{\"id\":\"cut").Append(i).Append("\",\"text\":\"ends he\n");
                continue;
            }

            var own = new Random(random.Next(5) == 0 ? random.Next(50) : (seed * 1_000_003) + i);
            text.Append(CultureInfo.InvariantCulture, $"{{\"id\":\"r{seed}-{i}\",\"text\":\"");
            for (var w = 0; w < words; w++)
            {
                text.Append(Words[own.Next(Words.Length)]).Append(' ').Append(own.Next(1000)).Append(' ');
            }

            text.Append("\",\"n\":").Append(i).Append("}\n");
        }

        return text.ToString();
    }
}
