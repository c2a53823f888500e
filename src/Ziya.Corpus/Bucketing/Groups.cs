using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary>The groups that <c>within</c> makes, as keys of eight bytes, so that entries have one size whatever a group is called.</summary>
internal static class Groups
{
    /// <summary>Most groups a job can have: each task keeps what was found about all of them.</summary>
    public const int Most = 1 << 16;

    /// <summary>The group of a record; all records are one group where <paramref name="within"/> is null, those without the field another.</summary>
    public static ulong Of(Record record, string? within) =>
        within is null || RecordField.GetText(record, within) is not { } name
            ? 0
            : KeyOf(name);

    /// <summary>The key of the group of that name.</summary>
    // 64 bits: at 65,536 groups two share a key once in ten billion jobs.
    public static ulong KeyOf(string name) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(name.AsSpan()));

    /// <summary>What is wrong with <paramref name="within"/>, or null.</summary>
    public static string? Fault(string? within) => within switch
    {
        null => null,
        "id" => "'within: id' makes a group of every record.",
        _ when !RecordField.IsText(within) => $"there is no field '{within}' to group by. Fields: {string.Join(", ", RecordField.Texts.Where(name => name != "id"))}, meta.NAME.",
        _ => null,
    };

    /// <summary>Refuses to go on where a field that is nearly unique was taken to group by.</summary>
    public static void Limit(int groups, string? within)
    {
        if (groups > Most)
        {
            throw new InvalidOperationException($"'within: {within}' makes more than {Most} groups. Group by a field with fewer values, such as language.");
        }
    }

    /// <summary>How many entries each group has, of entries that begin with the group and come in their order.</summary>
    public static List<long> Count(IEnumerable<Entry> entries, string? within)
    {
        var counts = new List<long>();
        var last = 0UL;
        foreach (var entry in entries)
        {
            var group = BinaryPrimitives.ReadUInt64BigEndian(entry.Span);
            if (counts.Count == 0 || group != last)
            {
                Limit(counts.Count + 1, within);
                counts.Add(0);
                last = group;
            }

            counts[^1]++;
        }

        return counts;
    }
}
