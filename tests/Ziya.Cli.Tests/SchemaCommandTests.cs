using Ziya.Pipeline.Schemas;

namespace Ziya.Cli.Tests;

public sealed class SchemaCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-schema-").FullName;

    [Fact]
    public void Schema_FolderThatIsNotThereYet_GetsEveryFile()
    {
        var folder = Path.Combine(_folder, "a", "b");
        Assert.Equal(Exit.Done, Exit.Invoke(SchemaCommand.Make().Parse([folder])));
        var written = Directory.GetFiles(folder).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
        var made = SchemaFiles.Write(Catalog.All);
        Assert.Equal(made.Keys, written.Keys.Order(StringComparer.Ordinal));
        Assert.All(made, pair => Assert.Equal(pair.Value, written[pair.Key]));
    }

    [Fact]
    public void Schema_FolderThatIsAFile_Fails()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "x");
        Assert.Equal(Exit.Failed, Exit.Invoke(SchemaCommand.Make().Parse([file])));
        Assert.Equal("x", File.ReadAllText(file));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
