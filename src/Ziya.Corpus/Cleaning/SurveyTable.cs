namespace Ziya.Corpus.Cleaning;

/// <summary>What the survey has to look at closer, for every UTF-16 unit. Made once for each form: a step is made anew for every task.</summary>
internal static class SurveyTable
{
    /// <summary>The unit may be out of the normal form.</summary>
    public const byte Suspect = 1;

    /// <summary>The unit is not <see cref="CharacterKind.Plain"/>.</summary>
    public const byte Special = 2;

    /// <summary>The unit can be the first byte of a character in UTF-8, or the first of two in GBK, that was read as Latin-1.</summary>
    public const byte Lead = 4;

    private static readonly Lazy<byte[]>[] Tables = [.. Enum.GetValues<UnicodeForm>().Select(form => new Lazy<byte[]>(() => Build(form)))];

    /// <summary>The flags of every unit; 0 where there is nothing to look at.</summary>
    public static byte[] Of(UnicodeForm form) => Tables[(int)form].Value;

    private static byte[] Build(UnicodeForm form)
    {
        var suspects = CharacterTable.Suspects(form);
        var flags = new byte[char.MaxValue + 1];
        for (var i = 0; i <= char.MaxValue; i++)
        {
            var special = CharacterTable.Of((char)i) == CharacterKind.Plain ? 0 : Special;
            flags[i] = (byte)((suspects[i] ? Suspect : 0) | special | (i is >= 0xC2 and <= 0xF4 ? Lead : 0));
        }

        return flags;
    }
}
