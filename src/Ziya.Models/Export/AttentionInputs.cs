namespace Ziya.Models.Export;

/// <summary>The inputs of a graph that every layer needs, and what is computed of them once.</summary>
/// <param name="Ids">input_ids, int64 [batch, sequence].</param>
/// <param name="LastPositions">seqlens_k, int32 [batch]: the position of each row's last token.</param>
/// <param name="Total">total_seq_len, int32: the longest row's tokens, past and new.</param>
/// <param name="Unfolded">The shape [batch, sequence, -1].</param>
/// <param name="HasPast">Whether keys and values of earlier tokens come in and all go out.</param>
internal sealed record AttentionInputs(string Ids, string LastPositions, string Total, string Unfolded, bool HasPast);
