using System.CommandLine;
using System.Globalization;

namespace Ziya.Cli;

/// <summary>What the values of options have to be, told in one form.</summary>
internal static class OptionChecks
{
    /// <summary>Refuses a value, saying what was expected.</summary>
    public static void Expect<T>(this Option<T> option, string expected, Func<string, bool> isSuch) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token, ..] && !isSuch(token.Value))
        {
            result.AddError($"{option.Name} is '{token.Value}', expected {expected}.");
        }
    });

    /// <summary>Refuses what is no whole number from one to another.</summary>
    public static void ExpectBetween(this Option<int> option, int least, int most) =>
        option.Expect($"a whole number from {least} to {most}", text => int.TryParse(text, out var value) && value >= least && value <= most);

    /// <summary>Refuses what is no share.</summary>
    public static void ExpectShare<T>(this Option<T> option) =>
        option.Expect("a share from 0 to 1", text => double.TryParse(text, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1);
}
