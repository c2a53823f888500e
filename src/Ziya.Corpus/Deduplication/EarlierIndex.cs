using System.Buffers.Binary;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// What a step of this family noted in an earlier run, brought into this one: an option `against`. Records of earlier runs come before all of this one, whatever the rule of `keep`, and those of a still earlier run, which that
/// one was compared with, before its own: each generation halves the rank, and has addresses of its own behind all that are real.
/// </summary>
/// <param name="folder">Folder of the earlier run; null where there is none.</param>
/// <param name="step">The step's name.</param>
/// <param name="options">The options that both have to share, as in <c>job.yaml</c>.</param>
/// <param name="channels">The channels that are read.</param>
internal sealed class EarlierIndex(string? folder, string step, Func<IReadOnlyDictionary<string, string>> options, params IReadOnlyList<Channel> channels)
{
    private const int ShardsOfARun = 1 << 20;

    /// <summary>Whether an address is that of a record of an earlier run.</summary>
    public static bool IsEarlier(Address at) => at.Shard < 0;

    /// <summary>As above, of bytes that begin with the address.</summary>
    public static bool IsEarlier(ReadOnlySpan<byte> at) => at[0] >= 0x80;

    /// <summary>The shard that entries about an address go to: those about records of earlier runs to the first.</summary>
    public static int ShardOf(Address at) => Math.Max(0, at.Shard);

    /// <summary>What is wrong with it, as a step's check tells it.</summary>
    public IEnumerable<string> Faults() => Fault(index => index.ThrowIfNotDone(channels)) is { } fault ? [fault] : [];

    /// <summary>What the earlier run's step was, for the hash of phases; empty where there is none.</summary>
    public string Version()
    {
        var version = "";
        _ = Fault(index => version = "against " + index.Version);
        return version;
    }

    private string? Fault(Action<EarlierStep> look)
    {
        try
        {
            if (folder is not null)
            {
                look(Open());
            }

            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return "against: " + exception.Message;
        }
    }

    /// <summary>What was noted in a channel, renamed for this run, a share of it. An entry is valid until the next.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="addressAt">Where in an entry the address is.</param>
    /// <param name="rankAt">Where in an entry the rank is; null where there is none.</param>
    /// <param name="reader">Which share.</param>
    /// <param name="readers">How many shares there are.</param>
    public IEnumerable<ReadOnlyMemory<byte>> Entries(Channel channel, int addressAt, int? rankAt, int reader, int readers)
    {
        if (folder is null)
        {
            yield break;
        }

        var copy = new byte[256];
        foreach (var entry in Open().Entries(channel, reader, readers))
        {
            copy = copy.Length < entry.Bytes.Length ? new byte[entry.Bytes.Length] : copy;
            entry.Bytes.CopyTo(copy);
            Rename(copy.AsSpan(addressAt));
            if (rankAt is { } at)
            {
                BinaryPrimitives.WriteUInt64BigEndian(copy.AsSpan(at), BinaryPrimitives.ReadUInt64BigEndian(copy.AsSpan(at)) >> 1);
            }

            yield return copy.AsMemory(0, entry.Bytes.Length);
        }
    }

    private static void Rename(Span<byte> address)
    {
        var at = Address.Read(address);
        (at with { Shard = at.Shard < 0 ? at.Shard + ShardsOfARun : int.MinValue + at.Shard }).Write(address);
    }

    private EarlierStep Open() => EarlierStep.Open(folder!, step, options());
}
