using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Benchmarks.Fleet;

/// <summary>
/// What the scripts beside ask of a blob container: <c>storage put FOLDER ADDRESS</c>, <c>storage sums ADDRESS</c>, and <c>storage proxy PORT SERVICE PERCENT</c>, which stands before
/// the service at a port, spoils so many of a hundred requests, and says at <c>/stats</c> what was asked how often.
/// </summary>
internal static partial class StorageCommand
{
    private static readonly StorageFault[] Faults = [StorageFault.Busy, StorageFault.Throttled, StorageFault.Reset, StorageFault.AnswerLost, StorageFault.Truncated];

    public static int Run(string[] args) => args switch
    {
        ["put", var folder, var address] => Put(new FileStore(folder), address),
        ["sums", var address] => Sums(Stores.At(address)),
        ["proxy", var port, var service, var percent] => Proxy(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(service, CultureInfo.InvariantCulture), int.Parse(percent, CultureInfo.InvariantCulture)).GetAwaiter().GetResult(),
        _ => throw new ArgumentException("storage put FOLDER ADDRESS | sums ADDRESS | proxy PORT SERVICE PERCENT"),
    };

    private static int Put(FileStore folder, string address)
    {
        BlobAccount.Container(address[Stores.BlobScheme.Length..].Split('/')[0]).CreateIfNotExists();
        var target = Stores.At(address);
        foreach (var file in folder.List(""))
        {
            target.Take(folder, file.Path, file.Path);
        }

        return 0;
    }

    private static int Sums(IStore store)
    {
        foreach (var file in store.List(""))
        {
            using var stream = store.OpenRead(file.Path);
            Console.WriteLine($"{Convert.ToHexStringLower(SHA256.HashData(stream))}  ./{file.Path}");
        }

        return 0;
    }

    private static async Task<int> Proxy(int port, int service, int percent)
    {
        var counts = new ConcurrentDictionary<string, int>();
        await using var proxy = await StorageProxy.Start(service, (at, request) => Fault(at, request, percent, counts), port);
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    private static StorageFault Fault(int at, HttpRequest request, int percent, ConcurrentDictionary<string, int> counts)
    {
        if (request.Path == "/stats")
        {
            var lines = counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value,8} {pair.Key}\n");
            request.HttpContext.Response.WriteAsync(string.Concat(lines)).GetAwaiter().GetResult();
            return StorageFault.Answered;
        }

        var place = Place().Match(request.Path.Value ?? "") is { Success: true } match ? match.Value.Trim('/') : "other";
        counts.AddOrUpdate($"{place} {request.Method} {request.Query["comp"]}", 1, (_, count) => count + 1);
        var random = new Random(at);
        return random.Next(100) < percent ? Faults[random.Next(Faults.Length)] : StorageFault.None;
    }

    [GeneratedRegex("/phases/[^/]+/|/in/|/out/|/dropped/|/claim.json")]
    private static partial Regex Place();
}
