using System.CommandLine;
using System.Globalization;
using Ziya.Models.Export;

namespace Ziya.Cli;

/// <summary><c>ziya models export</c>.</summary>
internal static class ModelsExportCommand
{
    public static Command Make()
    {
        var source = new Argument<string>("DIR") { Description = "A Hugging Face folder: config.json and weights, safetensors or PyTorch's .bin." };
        var target = new Option<string>("--out") { HelpName = "DIR", Description = "The folder to make.", Required = true };
        var weights = new Option<Precision>("--dtype") { Description = "How weights are stored. Default float32, exact and for CPU; float16 and bfloat16 are for CUDA; int8 and int4 take the least memory." };
        var compute = new Option<Precision>("--compute") { Description = "In what int8 and int4 models compute: float32 (default, for CPU), float16 or bfloat16 (for CUDA)." };
        var block = new Option<int>("--block-size") { Description = "Inputs that share a scale in int8 and int4 models: 16, 32, 64, 128, 256. Default 32.", DefaultValueFactory = _ => 32 };
        var accuracy = new Option<int>("--accuracy-level") { Description = "4 lets ONNX Runtime multiply int8 and int4 weights with activations rounded to 8 bits: faster on CPU, less exact. Default 0." };
        var context = new Option<int?>("--context") { Description = "Positions, when a model with rotary positions is to be used beyond its configuration." };
        var command = new Command("export", "Makes an ONNX model of a checkpoint. Needs as much disk as the weights in their new type, and little memory.") { source, target, weights, compute, block, accuracy, context };
        command.SetAction(parsed =>
        {
            var manifest = ModelExport.Run(parsed.GetRequiredValue(source), parsed.GetRequiredValue(target), new ExportOptions
            {
                Weights = parsed.GetValue(weights),
                Compute = parsed.GetValue(compute),
                BlockSize = parsed.GetValue(block),
                AccuracyLevel = parsed.GetValue(accuracy),
                Context = parsed.GetValue(context),
            });
            var bytes = new DirectoryInfo(parsed.GetRequiredValue(target)).EnumerateFiles().Sum(file => file.Length);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{parsed.GetRequiredValue(target)}: {manifest.Config.Family} {manifest.Config.Task}, {manifest.Weights}, {bytes / 1e6:N1} MB; {manifest.KvBytesPerPosition / 1e3:N1} kB of keys and values for each position"));
            return Exit.Done;
        });
        return command;
    }
}
