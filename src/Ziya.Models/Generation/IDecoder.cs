namespace Ziya.Models.Generation;

/// <summary>
/// A decoder with room for the keys and values of some sequences, each in a slot. How they lie in memory is its own affair, so that
/// one over pages can follow. Used by one thread.
/// </summary>
internal interface IDecoder : IDisposable
{
    /// <summary>Slots.</summary>
    int Slots { get; }

    /// <summary>Most positions of a sequence.</summary>
    int Positions { get; }

    /// <summary>Logits of a token.</summary>
    int Vocabulary { get; }

    /// <summary>Computes whole prompts into the slots from <paramref name="first"/> on; the logits of their last tokens, a row each, valid until the next call.</summary>
    Span<float> Prefill(int first, IReadOnlyList<ReadOnlyMemory<int>> prompts);

    /// <summary>
    /// Computes the rest of a prompt into a slot: of slot <paramref name="source"/> the first <paramref name="from"/> positions stand before it.
    /// The source stays as it is, unless it is the slot itself. The logits of the last token, valid until the next call.
    /// </summary>
    Span<float> Continue(int slot, int source, int from, ReadOnlySpan<int> rest);

    /// <summary>Computes one more token for each of the slots from 0 on. <paramref name="lengths"/>: positions each had before. Logits a row each, valid until the next call.</summary>
    Span<float> Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths);

    /// <summary>Copies the first positions of a slot to another.</summary>
    void Copy(int from, int to, int length);
}
