using System.CommandLine;

namespace Ziya.Cli;

/// <summary><c>ziya models</c>.</summary>
internal static class ModelsCommand
{
    public static Command Make() => new("models", "Makes models ready to run: from Hugging Face folders to ONNX, without Python.")
    {
        ModelsInfoCommand.Make(),
        ModelsExportCommand.Make(),
        ModelsMergeDeltaCommand.Make(),
        ModelsTinyCommand.Make(),
        ModelsDoctorCommand.Make(),
    };
}
