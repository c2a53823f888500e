using System.CommandLine;

namespace Ziya.Cli;

/// <summary><c>ziya lm</c>.</summary>
internal static class LmCommand
{
    public static Command Make() => new("lm", "N-gram language models: modified Kneser-Ney as KenLM's lmplz has it, ARPA in and out, and a form of their own that is mapped into memory.")
    {
        LmTrainCommand.Make(),
        LmScoreCommand.Make(),
        LmConvertCommand.Make(),
    };
}
