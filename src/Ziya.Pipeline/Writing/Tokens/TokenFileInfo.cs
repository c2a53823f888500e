namespace Ziya.Pipeline.Writing;

/// <summary>What a reader of token files needs to know of them: stands in the manifest.</summary>
/// <param name="Tokenizer">What turned texts into tokens.</param>
/// <param name="Vocabulary">Ids are 0 to one less than this.</param>
/// <param name="Eos">Id of the token behind each record; null where there is none.</param>
/// <param name="Context">Most tokens of a sequence; null where each record is one.</param>
/// <param name="Packing"><c>split</c> or <c>whole</c>; null without a context.</param>
/// <param name="LossMask">Whether files of masks stand beside those of tokens.</param>
public sealed record TokenFileInfo(string Tokenizer, int Vocabulary, int? Eos, int? Context, Jobs.Packing? Packing, bool LossMask)
{
    /// <summary>The type of the ids in the files: <c>uint16</c>, or <c>int32</c> from 65,500 ids on, as Megatron chooses.</summary>
    public string Type => Vocabulary < 65500 ? "uint16" : "int32";

    /// <summary>Bytes of an id.</summary>
    internal int Width => Vocabulary < 65500 ? sizeof(ushort) : sizeof(int);
}
