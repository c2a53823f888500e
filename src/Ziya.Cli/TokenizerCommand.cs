using System.CommandLine;

namespace Ziya.Cli;

/// <summary><c>ziya tokenizer</c>.</summary>
internal static class TokenizerCommand
{
    public static Command Make() => new("tokenizer", "Makes tokenizers of tokenizers.") { TokenizerExtendCommand.Make() };
}
