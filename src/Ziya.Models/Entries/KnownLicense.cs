namespace Ziya.Models.Entries;

/// <summary>Licences of the Ziya models, as their cards on Hugging Face have them, by what the name of a model or folder says.</summary>
/// <remarks>
/// Those derived from LLaMA are under LLaMA's non-commercial terms beside GPL-3.0. Of models that others published nothing is guessed: the job says their licence.
/// </remarks>
internal static class KnownLicense
{
    // Names that begin alike: the longer first.
    private static readonly (string Name, string License)[] Known =
    [
        ("ziya2", "apache-2.0"),
        ("ziya-llama-7b-reward", "gpl"),
        ("ziya-reward", "gpl"),
        ("ziya-llama-13b", "gpl-3.0"),
        ("ziya-writing", "gpl-3.0"),
        ("ziya-coding", "gpl-3.0"),
    ];

    /// <summary>The licence, or null where the name is none of theirs.</summary>
    public static string? Of(string? name) => name is null ? null
        : Known.FirstOrDefault(known => name.Replace('_', '-').Contains(known.Name, StringComparison.OrdinalIgnoreCase)).License;
}
