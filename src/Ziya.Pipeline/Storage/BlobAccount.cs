using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Ziya.Pipeline.Storage;

/// <summary>
/// The storage account that <c>azblob://</c> addresses lie in, told by environment variables, so that no job file and no run folder holds a secret:
/// <c>AZURE_STORAGE_CONNECTION_STRING</c>; or <c>AZURE_STORAGE_ACCOUNT</c> (or <c>AZURE_STORAGE_BLOB_ENDPOINT</c> for another address than
/// <c>https://ACCOUNT.blob.core.windows.net</c>) with <c>AZURE_STORAGE_SAS_TOKEN</c>, or without it as the signed-in identity
/// (<see href="https://learn.microsoft.com/dotnet/azure/sdk/authentication/credential-chains">DefaultAzureCredential</see>: workload identity, managed identity, az login).
/// </summary>
internal static class BlobAccount
{
    private const string ConnectionString = "AZURE_STORAGE_CONNECTION_STRING";
    private const string Account = "AZURE_STORAGE_ACCOUNT";
    private const string Endpoint = "AZURE_STORAGE_BLOB_ENDPOINT";
    private const string SasToken = "AZURE_STORAGE_SAS_TOKEN";

    private static readonly Lazy<BlobServiceClient> Client = new(Connect);

    /// <summary>Why there is no account; null where there is one.</summary>
    public static string? Fault => (Variable(ConnectionString) ?? Variable(Account) ?? Variable(Endpoint)) is not null
        ? null
        : $"{Stores.BlobScheme} needs to know the storage account: set {ConnectionString}, or {Account} with {SasToken} or with a signed-in identity (az login, managed or workload identity).";

    /// <summary>A container of the account.</summary>
    public static BlobContainerClient Container(string name) => Client.Value.GetBlobContainerClient(name);

    /// <summary>
    /// What the client library retries by itself: 408, 429, 500, 502, 503, 504 and broken connections. A few times and soon; what lasts longer is waited
    /// for by <see cref="BlobFaults"/>.
    /// </summary>
    public static BlobClientOptions Options() => new()
    {
        Retry = { Mode = RetryMode.Exponential, MaxRetries = 3, Delay = TimeSpan.FromSeconds(0.4), MaxDelay = TimeSpan.FromSeconds(10), NetworkTimeout = TimeSpan.FromSeconds(60) },
    };

    private static BlobServiceClient Connect()
    {
        if (Variable(ConnectionString) is { } connection)
        {
            return new BlobServiceClient(connection, Options());
        }

        var endpoint = new Uri(Variable(Endpoint) ?? $"https://{Variable(Account)}.blob.core.windows.net");
        return Variable(SasToken) is { } sas
            ? new BlobServiceClient(endpoint, new AzureSasCredential(sas), Options())
            : new BlobServiceClient(endpoint, new DefaultAzureCredential(), Options());
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
