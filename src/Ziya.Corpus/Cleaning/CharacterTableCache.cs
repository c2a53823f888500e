namespace Ziya.Corpus.Cleaning;

/// <summary>The tables of suspects, made once for each form: a step is made anew for every task.</summary>
internal static class CharacterTableCache
{
    private static readonly Lazy<bool[]>[] Tables =
        [.. Enum.GetValues<UnicodeForm>().Select(form => new Lazy<bool[]>(() => CharacterTable.Suspects(form)))];

    /// <summary><see cref="CharacterTable.Suspects"/> of the form.</summary>
    public static bool[] Suspects(UnicodeForm form) => Tables[(int)form].Value;
}
