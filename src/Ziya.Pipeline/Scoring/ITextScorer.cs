namespace Ziya.Pipeline.Scoring;

/// <summary>A model that knows how probable a text is. One instance serves every task of the process, from any thread.</summary>
public interface ITextScorer
{
    /// <summary>The model's name.</summary>
    string Model { get; }

    /// <summary>How many requests in flight keep the model busy.</summary>
    int Width { get; }

    /// <summary>How probable a text is, behind another where there is one. What goes wrong with this text alone is an <see cref="InvalidDataException"/>.</summary>
    Task<TextScore> Score(string text, string? context, CancellationToken cancel);
}
