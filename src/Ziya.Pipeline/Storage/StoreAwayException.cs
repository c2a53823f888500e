namespace Ziya.Pipeline.Storage;

/// <summary>A store does not answer, or not now: trying again later makes sense.</summary>
public sealed class StoreAwayException(string message, Exception? inner = null) : IOException(message, inner);
