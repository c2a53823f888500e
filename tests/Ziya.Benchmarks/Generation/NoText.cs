using Ziya.Models.Tokenization;

namespace Ziya.Benchmarks.Generation;

/// <summary>Ids without a meaning, a letter each.</summary>
internal sealed class NoText(int size) : Tokenizer
{
    public override int Size => size;

    public override int? BosId => null;

    public override int? EosId => null;

    public override void Encode(ReadOnlySpan<char> text, TokenBuffer ids) => throw new NotSupportedException();

    public override ReadOnlySpan<byte> BytesOf(int id) => "x"u8;

    public override int? IdOf(string token) => null;
}
