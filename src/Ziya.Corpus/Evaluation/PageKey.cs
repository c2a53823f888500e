using System.Text.Json;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Corpus.Evaluation;

/// <summary>What a page does not show: which record each item is, and whose answer stood on the left. Stays with who made the page.</summary>
internal sealed record PageKey
{
    private const string Ending = ".key.json";

    /// <summary>The name of the page.</summary>
    public required string Page { get; init; }

    /// <summary><see cref="JudgingPage.Pairs"/> or <see cref="JudgingPage.Review"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>What records and sides were drawn by.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Records that could have been drawn.</summary>
    public required long Of { get; init; }

    /// <summary>The two whose answers are compared; none in a review.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The items of the page.</summary>
    public required IReadOnlyList<KeyItem> Items { get; init; }

    /// <summary>Where the key of a page lies: beside it.</summary>
    public static string PathOf(string page) => Path.ChangeExtension(page, null) + Ending;

    /// <summary>Reads a key.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static PageKey Read(string path)
    {
        try
        {
            var key = JsonText.Read<PageKey>(File.ReadAllBytes(path));
            return key is { Page: not null, Names: not null, Kind: JudgingPage.Pairs or JudgingPage.Review } && key.Items?.Any(item => item?.Id is null) == false ? key
                : throw new JsonException("it names no page or no items");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is no key of a page: {exception.Message.TrimEnd('.')}. It is the file NAME{Ending} that lies beside NAME.html since that was made.", exception);
        }
    }

    /// <summary>Writes a page and its key.</summary>
    /// <exception cref="IOException">A key of another page lies there: what was judged on that page could no longer be told apart.</exception>
    public void Write(string path, string page)
    {
        var key = PathOf(path);
        if (File.Exists(key) && Read(key).Page != Page)
        {
            throw new IOException($"{key} is the key of another page; without it what people judge there is lost. Name another --out, or delete it.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var store = new FileStore(folder);
        store.Write(Path.GetFileName(key), JsonText.Write(this));
        store.Write(Path.GetFileName(path), System.Text.Encoding.UTF8.GetBytes(page));
    }
}

/// <summary>One item of a page.</summary>
/// <param name="Number">Its number on the page.</param>
/// <param name="Id">The record's id.</param>
/// <param name="Language">The record's language.</param>
/// <param name="Task">Its type of task.</param>
/// <param name="Source">Where the record came from; in a review.</param>
/// <param name="Left">Whose answer stands on the left; in a comparison.</param>
internal sealed record KeyItem(int Number, string Id, string? Language, string? Task, string? Source = null, string? Left = null);
