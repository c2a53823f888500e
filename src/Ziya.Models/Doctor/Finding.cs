namespace Ziya.Models.Doctor;

/// <summary>What a check found.</summary>
/// <param name="Health">How it came out.</param>
/// <param name="Subject">What was checked, in a word or two.</param>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do; null where there is nothing to do.</param>
public sealed record Finding(Health Health, string Subject, string Text, string? Advice = null)
{
    internal static Finding Ok(string subject, FormattableString text) => new(Health.Ok, subject, FormattableString.Invariant(text));

    internal static Finding Warning(string subject, FormattableString text, string? advice = null) => new(Health.Warning, subject, FormattableString.Invariant(text), advice);

    internal static Finding Fault(string subject, FormattableString text, string? advice = null) => new(Health.Fault, subject, FormattableString.Invariant(text), advice);
}
