namespace Ziya.Synthesis.Code;

/// <summary>What a check found out about a piece of code.</summary>
internal enum Outcome
{
    /// <summary>It is right, as far as the check goes.</summary>
    Passes,

    /// <summary>It is wrong.</summary>
    Fails,

    /// <summary>It could not be checked here.</summary>
    Unchecked,
}

/// <summary>What a check found out, and what it said.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Reason">Why it is not right: <c>compile_error</c>, <c>tests_failed</c>, or the limit that it met; why it is unchecked.</param>
/// <param name="Messages">What the compiler or the program said, cut to what is worth keeping.</param>
internal sealed record Finding(Outcome Outcome, string Reason, string Messages)
{
    /// <summary>Right.</summary>
    public static readonly Finding Passed = new(Outcome.Passes, "", "");

    /// <summary>Not checked.</summary>
    public static Finding NotChecked(string reason) => new(Outcome.Unchecked, reason, "");
}
