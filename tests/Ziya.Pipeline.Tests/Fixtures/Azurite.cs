using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Tests.Fixtures;

/// <summary>Microsoft's emulator of Azure Blob Storage, brought by npm (once for this machine), for all tests of one class. What it holds is in memory.</summary>
public sealed class Azurite : IAsyncLifetime
{
    private const string Package = "azurite@3.37.0";

    // Published with the emulator; opens nothing else.
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Account = "devstoreaccount1";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private Process? _process;
    private int _containers;

    public int Port { get; private set; }

    /// <summary>Why there is none on this machine.</summary>
    public string? Missing { get; private set; }

    public static string ConnectionString(int port) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{port}/{Account};";

    /// <summary>A new container, which is asked for at a port: this emulator's, or that of something between.</summary>
    internal BlobContainerClient Container(int port)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var name = $"test-{Environment.ProcessId}-{Interlocked.Increment(ref _containers)}";
        new BlobServiceClient(ConnectionString(Port), BlobAccount.Options()).CreateBlobContainer(name);
        return new BlobServiceClient(ConnectionString(port), BlobAccount.Options()).GetBlobContainerClient(name);
    }

    public async ValueTask InitializeAsync()
    {
        Port = FreePort.Find();
        try
        {
            _process = Process.Start(new ProcessStartInfo("npx",
                ["--yes", $"--package={Package}", "azurite-blob", "--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--blobPort", $"{Port}"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Missing = "needs Node.js with npx, which brings Azurite";
            return;
        }

        var watch = Stopwatch.StartNew();
        while (!await Answers())
        {
            if (_process.HasExited || watch.Elapsed > Patience)
            {
                Missing = $"npx could not start {Package}: {(_process.HasExited ? await _process.StandardError.ReadToEndAsync() : "no answer")}";
                return;
            }

            await Task.Delay(100);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(true);
            _process.WaitForExit();
        }

        _process?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> Answers()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
