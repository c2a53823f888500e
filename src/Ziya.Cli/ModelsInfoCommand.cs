using System.CommandLine;
using System.Globalization;
using Ziya.Models.Checkpoints;
using Ziya.Models.Export;

namespace Ziya.Cli;

/// <summary><c>ziya models info</c>.</summary>
internal static class ModelsInfoCommand
{
    public static Command Make()
    {
        var folder = new Argument<string>("DIR") { Description = "A Hugging Face folder, or one that ziya models export made." };
        var tensors = new Option<bool>("--tensors") { Description = "Every tensor of a checkpoint, too." };
        var command = new Command("info", "Says what a model's folder holds.") { folder, tensors };
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(folder), parsed.GetValue(tensors)));
        return command;
    }

    private static int Execute(string folder, bool listsTensors)
    {
        if (ModelManifest.IsIn(folder))
        {
            var manifest = ModelManifest.Load(folder);
            Say(manifest.Config);
            Line("weights", $"{manifest.Weights}, computing in {manifest.Compute}");
            Line("keys and values", $"{manifest.KvBytesPerPosition:N0} bytes a position, {manifest.KvBytesPerPosition * manifest.Config.Context / 1e6:N1} MB for {manifest.Config.Context:N0}");
            return Exit.Done;
        }

        var checkpoint = Checkpoint.Open(folder);
        Say(ModelConfig.Load(folder));
        Line("weights", $"{checkpoint.Tensors.Count:N0} tensors in {checkpoint.Files.Count:N0} {(checkpoint.Files.Count == 1 ? "file" : "files")}, {checkpoint.Bytes / 1e6:N1} MB, {string.Join(", ", checkpoint.Tensors.Values.Select(tensor => tensor.Type).Distinct())}");
        Line("parameters", $"{checkpoint.Tensors.Values.Sum(tensor => tensor.Count):N0}");
        foreach (var tensor in listsTensors ? checkpoint.Tensors.Values : [])
        {
            Console.Out.WriteLine($"  {tensor}");
        }

        return Exit.Done;
    }

    private static void Say(ModelConfig config)
    {
        Line("model", $"{config.Family}, {config.Task}");
        Line("vocabulary", $"{config.Vocabulary:N0} rows");
        Line("layers", $"{config.Layers} of {config.Hidden:N0}, {config.Intermediate:N0} inside");
        Line("heads", $"{config.Heads} of {config.HeadSize}, {config.KvHeads} of keys and values");
        Line("context", $"{config.Context:N0} positions");
    }

    private static void Line(string name, FormattableString value) => Console.Out.WriteLine($"{name + ":",-17}{value.ToString(CultureInfo.InvariantCulture)}");
}
