namespace Ziya.Pipeline.Scoring;

/// <summary>A model that makes a vector of a text. One instance serves every task of the process, from any thread.</summary>
public interface IEmbedder
{
    /// <summary>The model's name.</summary>
    string Model { get; }

    /// <summary>How many requests in flight keep the model busy.</summary>
    int Width { get; }

    /// <summary>The vector of a text. What goes wrong with this text alone is an <see cref="InvalidDataException"/>.</summary>
    Task<Embedding> Embed(string text, CancellationToken cancel);
}
