using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ziya.Models.Generation;

namespace Ziya.Models.Completions;

/// <summary>The address of a completion: what was asked of which model.</summary>
internal static class CompletionKey
{
    // Defaults are left out, so that an option added later changes no key of requests that do not use it.
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>128 bits of SHA-256 over the model and the whole request.</summary>
    /// <param name="model">All that decides what the model answers, beside the request.</param>
    /// <param name="request">The request.</param>
    public static UInt128 Of(string model, GenerationRequest request)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new Asked(model, request), Json), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private sealed record Asked(string Model, GenerationRequest Request);
}
