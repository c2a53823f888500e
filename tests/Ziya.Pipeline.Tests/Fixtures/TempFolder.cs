namespace Ziya.Pipeline.Tests.Fixtures;

/// <summary>A folder for one test, deleted with it.</summary>
internal sealed class TempFolder : IDisposable
{
    private static int _count;

    public TempFolder()
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "ziya-tests", $"{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and says where it is.</summary>
    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Writes a file and says where it is.</summary>
    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    /// <summary>Copies a folder under its own name.</summary>
    public void Copy(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            Write($"{System.IO.Path.GetFileName(folder)}/{System.IO.Path.GetRelativePath(folder, path)}", File.ReadAllBytes(path));
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, true);
        }
        catch (IOException)
        {
            // A process that a test killed may still be closing its files.
        }
    }
}
