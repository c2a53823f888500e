using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Bucketing;

/// <summary>
/// Cut-offs that one run found and later ones use: fixed ones stay comparable where percentiles of each input would drift. A small JSON file, made to be read and written by
/// people as well.
/// </summary>
/// <param name="By">The number they are cuts of.</param>
/// <param name="Order">Which end of it is the better one.</param>
/// <param name="Within">The field that makes the groups; null where there is one group.</param>
/// <param name="Percentiles">The buckets, best first, and the percentile each reached to; null where they were not found as percentiles.</param>
/// <param name="Groups">The groups.</param>
internal sealed record CutFile(string By, BucketOrder Order, string? Within, IReadOnlyDictionary<string, double>? Percentiles, IReadOnlyList<CutGroup> Groups)
{
    /// <summary>What the member <c>ziya</c> says.</summary>
    private const string Form = "bucket cuts 1";

    private const string Example = """{ "ziya": "bucket cuts 1", "by": "perplexity", "order": "ascending", "within": "language", "groups": [{ "group": "zh", "cuts": { "head": 1460, "middle": 1950, "tail": null } }] }""";

    /// <summary>The names of the buckets, best first.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Names => [.. Groups[0].Cuts.Keys];

    /// <summary>The cuts that a step found.</summary>
    public static CutFile Of(BucketOptions options, IEnumerable<(string? Name, GroupCuts Cuts)> groups) => new(
        options.By, options.Order, options.Within, options.Limits,
        [
            .. from found in groups
               orderby found.Name is not null, found.Name ?? "" // those without the field first
               select new CutGroup(found.Name, found.Cuts.Records, options.Limits.Keys.Zip(found.Cuts.Keys)
                   .ToDictionary(cut => cut.First, cut => (double?)NumberOrder.Value(cut.Second, options.Order))),
        ]);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It cannot be read, or is no file of cuts; the message says why.</exception>
    public static CutFile Read(string path)
    {
        try
        {
            var root = JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject;
            if ((string?)root?["ziya"] != Form)
            {
                throw new JsonException($"it does not begin with \"ziya\": \"{Form}\"");
            }

            root!.Remove("ziya");
            var file = root.Deserialize<CutFile>(Reading)!;
            return file.Fault() is { } fault ? throw new JsonException(fault) : file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the file of cuts {path} cannot be read: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no file of cuts that can be used: {exception.Message.TrimEnd('.')}. One looks like this: {Example}", exception);
        }
    }

    /// <summary>The file's content.</summary>
    public byte[] Write()
    {
        var members = JsonSerializer.SerializeToNode(this, Reading)!.AsObject();
        members.Insert(0, "ziya", Form);
        return JsonText.Write(members);
    }

    /// <summary>The last bucket takes all that is worse than the one before, so its cut need not be known.</summary>
    public IReadOnlyList<ulong> KeysOf(CutGroup group) => [.. group.Cuts.Values.Select(value => value is { } cut ? NumberOrder.Key(cut, Order) : ulong.MaxValue)];

    private string? Fault()
    {
        if (string.IsNullOrEmpty(By) || Groups is not { Count: > 0 } || Groups.Any(group => group?.Cuts is not { Count: > 0 }))
        {
            return "'by', or 'groups' with their 'cuts', are missing";
        }

        foreach (var group in Groups)
        {
            var keys = KeysOf(group);
            var last = group.Cuts.Values.SkipLast(1).Any(cut => cut is null or double.NaN) || group.Cuts.Values.Last() is double.NaN;
            if (!group.Cuts.Keys.SequenceEqual(Names) || last || keys.Zip(keys.Skip(1)).Any(pair => pair.First > pair.Second))
            {
                return string.Create(CultureInfo.InvariantCulture, $"the cuts of group '{group.Group}' have other buckets than the first group, or are not in order, best first");
            }
        }

        return Groups.Select(group => group.Group).Distinct().Count() < Groups.Count ? "a group stands there twice"
            : Within is null && (Groups.Count > 1 || Groups[0].Group is not null) ? "it has groups, but no 'within'"
            : null;
    }

    private static readonly JsonSerializerOptions Reading = new(JsonText.Options)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };
}

/// <summary>The cuts of a group.</summary>
/// <param name="Group">The value of <c>within</c>; null for the records without it, and where there is one group.</param>
/// <param name="Records">Records that the cuts were found by; 0 where they were not found by any.</param>
/// <param name="Cuts">The worst value of each bucket, best bucket first; of the last one null does as well.</param>
internal sealed record CutGroup(string? Group, long Records, IReadOnlyDictionary<string, double?> Cuts);
