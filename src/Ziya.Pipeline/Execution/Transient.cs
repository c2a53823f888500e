using System.Net.Sockets;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Execution;

/// <summary>A fault that may be gone the next time: thrown by steps that talk to something, and told from others here.</summary>
public sealed class Transient(string message, Exception? inner = null) : Exception(message, inner)
{
    // errno of EAGAIN, EBUSY, ECONNRESET, ETIMEDOUT, EHOSTDOWN, ESTALE: network folders answer so when a server restarts.
    private static readonly HashSet<int> Numbers = [11, 16, 104, 110, 112, 116];

    /// <summary>Whether a disk, or somebody's share of it, is full: worth a try elsewhere, or later.</summary>
    public static bool IsFull(Exception exception) => exception is IOException { HResult: 28 or 122 or unchecked((int)0x80070070) };

    /// <summary>Whether trying again makes sense. A full disk or a damaged file stays what it is.</summary>
    public static bool Is(Exception exception) => exception switch
    {
        // Of what is asked of a store many at once.
        AggregateException { InnerExceptions: var all } => all.All(Is),
        Transient or StoreAwayException or TimeoutException or SocketException or HttpRequestException => true,
        FileNotFoundException or DirectoryNotFoundException or InvalidDataException => false,
        IOException => Numbers.Contains(exception.HResult),
        _ => false,
    };
}
