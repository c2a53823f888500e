using System.CommandLine;
using Ziya.Pipeline.Schemas;

namespace Ziya.Cli;

/// <summary><c>ziya schema</c>.</summary>
internal static class SchemaCommand
{
    public static Command Make()
    {
        var folder = new Argument<string>("DIR") { Description = "Where they go. Default schemas.", DefaultValueFactory = _ => "schemas" };
        var command = new Command("schema", "Writes the JSON Schemas of jobs and records, by which editors complete and check them.") { folder };
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(folder)));
        return command;
    }

    private static int Execute(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, content) in SchemaFiles.Write(Catalog.All))
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
            Console.Out.WriteLine(Path.Combine(folder, name));
        }

        return Exit.Done;
    }
}
