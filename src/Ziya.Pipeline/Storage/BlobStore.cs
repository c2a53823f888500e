using System.Text.RegularExpressions;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Ziya.Pipeline.Storage;

/// <summary>
/// A container of Azure Blob Storage, or what lies below a prefix in it. A blob appears when its blocks are committed, so nothing is ever seen half
/// written, and claims are kept apart by conditions on ETags.
/// </summary>
public sealed partial class BlobStore : IStore
{
    private readonly BlobContainerClient _container;
    private readonly string _prefix;
    private readonly BlobFaults _faults;

    /// <summary>A store over a container.</summary>
    /// <param name="container">The container, which has to exist.</param>
    /// <param name="prefix">What the names of its blobs begin with: empty for all, otherwise a path of folders.</param>
    /// <param name="time">The clock that retries wait by.</param>
    public BlobStore(BlobContainerClient container, string prefix, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(prefix);
        _container = container;
        _prefix = prefix.Trim('/') is { Length: > 0 } path ? path + "/" : "";
        _faults = new BlobFaults(time);
        Root = $"{Stores.BlobScheme}{container.Name}/{_prefix}".TrimEnd('/');
    }

    /// <inheritdoc/>
    public string Root { get; }

    /// <inheritdoc/>
    public int ReadsAhead => 15;

    /// <summary>The store of an address <c>azblob://container/prefix</c>, in the account that the environment names.</summary>
    internal static BlobStore At(string address)
    {
        var (container, prefix) = Split(address);
        return new BlobStore(BlobAccount.Container(container), prefix, TimeProvider.System);
    }

    /// <summary>What is wrong with an address; null where nothing is.</summary>
    internal static string? Fault(string address) => ContainerName().IsMatch(Split(address).Container)
        ? BlobAccount.Fault
        : $"'{address}': expected {Stores.BlobScheme}container/prefix, the container's name in 3 to 63 lower-case letters, digits and single hyphens.";

    /// <inheritdoc/>
    public IEnumerable<StoredFile> List(string prefix)
    {
        var found = _faults.Ask(Root, () => _container.GetBlobs(BlobTraits.Metadata, BlobStates.None, _prefix + prefix, CancellationToken.None)
            .Where(blob => !IsFolder(blob.Metadata))
            .Select(blob => new StoredFile(blob.Name[_prefix.Length..], blob.Properties.ContentLength ?? 0, Version(blob.Properties.ETag ?? default)) { Changed = blob.Properties.LastModified ?? default })
            .ToList());
        found.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return found;
    }

    /// <inheritdoc/>
    public StoredFile? Find(string path) => path.Length == 0 ? null : _faults.Ask(Place(path), () =>
    {
        try
        {
            var properties = Blob(path).GetProperties().Value;
            return IsFolder(properties.Metadata) ? null : new StoredFile(path, properties.ContentLength, Version(properties.ETag)) { Changed = properties.LastModified };
        }
        catch (RequestFailedException absent) when (absent.Status == 404 && absent.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            return null;
        }
    });

    /// <inheritdoc/>
    public Stream OpenRead(string path, long offset = 0)
    {
        var file = Find(path) ?? throw new FileNotFoundException($"{Place(path)} does not exist");
        return OpenRead(file, offset);
    }

    /// <inheritdoc/>
    public Stream OpenRead(StoredFile file, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new BlobReadStream(Blob(file.Path), file, Place(file.Path), _faults) { Position = offset };
    }

    /// <inheritdoc/>
    public byte[] Read(string path) => _faults.Ask(Place(path), () => Blob(path).DownloadContent().Value.Content.ToArray());

    /// <inheritdoc/>
    public PendingFile Create(string path) => new PendingBlob(Blob(path), Place(path), _faults);

    /// <inheritdoc/>
    public bool TryReplace(string path, ReadOnlySpan<byte> content, string? version)
    {
        var conditions = version is null ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = new ETag(version) };
        var bytes = content.ToArray();
        return _faults.Ask(Place(path), () =>
        {
            try
            {
                Blob(path).Upload(new MemoryStream(bytes), new BlobUploadOptions { Conditions = conditions });
                return true;
            }
            catch (RequestFailedException refused) when (refused.Status is 409 or 412)
            {
                // Our own write may have arrived and only its answer been lost: then what lies there is ours.
                return Holds(path, bytes);
            }
            catch (RequestFailedException gone) when (gone.Status == 404 && version is not null && gone.ErrorCode != BlobErrorCode.ContainerNotFound)
            {
                return false;
            }
        });
    }

    /// <inheritdoc/>
    public void Delete(string path) => _faults.Ask(Place(path), () => Blob(path).DeleteIfExists().Value);

    /// <inheritdoc/>
    public void Take(IStore source, string from, string to)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source is BlobStore other && other._container.AccountName == _container.AccountName && TryCopy(other.Blob(from), Blob(to)))
        {
            return;
        }

        this.Copy(source, from, to);
    }

    /// <summary>Nothing to do: blocks that were not committed are not seen, and the service drops them after a week.</summary>
    public void Sweep()
    {
    }

    private static bool TryCopy(BlockBlobClient from, BlockBlobClient to)
    {
        try
        {
            to.StartCopyFromUri(from.Uri).WaitForCompletion();
            return true;
        }
        catch (Exception refused) when (refused is RequestFailedException or AggregateException or OperationCanceledException)
        {
            // Not every way to sign in may name a source. Then the bytes go through here.
            return false;
        }
    }

    private bool Holds(string path, byte[] content)
    {
        try
        {
            return Blob(path).DownloadContent().Value.Content.ToMemory().Span.SequenceEqual(content);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            return false;
        }
    }

    private BlockBlobClient Blob(string path) => _container.GetBlockBlobClient(_prefix + path);

    private string Place(string path) => $"{Root}/{path}";

    // Listings give ETags without the quotation marks that answers have.
    private static string Version(ETag tag) => tag.ToString().Trim('"');

    /// <summary>Accounts with a hierarchical namespace show their folders as empty blobs.</summary>
    private static bool IsFolder(IDictionary<string, string>? metadata) => metadata?.ContainsKey("hdi_isfolder") == true;

    private static (string Container, string Prefix) Split(string address)
    {
        var path = address[Stores.BlobScheme.Length..];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..]);
    }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex ContainerName();
}
