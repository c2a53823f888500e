using System.Text;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Storage;

public sealed class CompressionsTests
{
    public static TheoryData<Compression> All => [Compression.None, Compression.Gzip, Compression.Zstd, Compression.Brotli];

    public static TheoryData<Compression> Packed => [Compression.Gzip, Compression.Zstd, Compression.Brotli];

    public static TheoryData<Compression> Joined => [Compression.Gzip, Compression.Zstd];

    [Theory]
    [MemberData(nameof(All))]
    public void Unpack_WhatPackMade_GivesItBack(Compression compression)
    {
        foreach (var size in new[] { 0, 1, 1000, 300_000 })
        {
            var content = Content(size);
            var packed = Pack(content, compression);
            Assert.Equal(content, Unpack(new MemoryStream(packed), compression));
            foreach (var most in new[] { 1, 2, 3 })
            {
                Assert.Equal(content, Unpack(new TrickleStream(packed, most), compression, size < 10_000 ? most : 4096));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Joined))]
    public void Unpack_PiecesOneAfterAnother_AreReadAsOne(Compression compression)
    {
        var pieces = new[] { Content(500), [], Content(70_000), Content(1), [] };
        var packed = pieces.SelectMany(piece => Pack(piece, compression)).ToArray();
        foreach (var most in new[] { 1, 3, 1 << 20 })
        {
            Assert.Equal(pieces.SelectMany(piece => piece), Unpack(new TrickleStream(packed, most), compression));
        }
    }

    [Theory]
    [MemberData(nameof(Packed))]
    public void Unpack_CutOffAnywhere_Throws(Compression compression)
    {
        var packed = Pack(Content(700), compression);
        for (var length = 1; length < packed.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Unpack(new MemoryStream(packed, 0, length), compression));
        }
    }

    [Theory]
    [MemberData(nameof(Joined))]
    public void Unpack_SecondPieceCutOff_ThrowsAfterTheFirst(Compression compression)
    {
        var first = Pack(Content(700), compression);
        var second = Pack(Content(5000), compression);
        for (var length = 1; length < second.Length; length += 7)
        {
            using var stream = Compressions.Unpack(new MemoryStream([.. first, .. second[..length]]), compression);
            var read = new byte[700];
            stream.ReadExactly(read);
            Assert.Equal(Content(700), read);
            Assert.Throws<InvalidDataException>(() => stream.CopyTo(Stream.Null));
        }
    }

    [Theory]
    [MemberData(nameof(Joined))]
    public void Unpack_AnyByteChanged_IsNeverSilent(Compression compression)
    {
        // Brotli has no checksum. Some bits of the headers, such as gzip's time, mean nothing for the content.
        var content = Content(2000);
        var packed = Pack(content, compression);
        var harmless = 0;
        for (var at = 0; at < packed.Length; at++)
        {
            var damaged = packed.ToArray();
            damaged[at] ^= 0x10;
            try
            {
                Assert.Equal(content, Unpack(new MemoryStream(damaged), compression));
                harmless++;
            }
            catch (InvalidDataException)
            {
            }
        }

        Assert.InRange(harmless, 0, 10);
    }

    [Theory]
    [MemberData(nameof(Joined))]
    public void Unpack_BytesBehindThatAreNoPiece_Throw(Compression compression)
    {
        byte[] packed = [.. Pack(Content(700), compression), .. "behind 后面"u8];
        Assert.Throws<InvalidDataException>(() => Unpack(new MemoryStream(packed), compression));
    }

    [Fact]
    public void Unpack_SkippableZstdFrame_IsPassedOver()
    {
        byte[] skippable = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        byte[] packed = [.. Pack(Content(50), Compression.Zstd), .. skippable, .. Pack(Content(60), Compression.Zstd)];
        Assert.Equal([.. Content(50), .. Content(60)], Unpack(new MemoryStream(packed), Compression.Zstd));
    }

    [Theory]
    [InlineData("a.jsonl.gz", Compression.Gzip)]
    [InlineData("a.GZIP", Compression.Gzip)]
    [InlineData("b/中.jsonl.zst", Compression.Zstd)]
    [InlineData("a.zstd", Compression.Zstd)]
    [InlineData("a.br", Compression.Brotli)]
    [InlineData("a.jsonl", Compression.None)]
    [InlineData("gz", Compression.None)]
    public void OfName_Ending_Tells(string path, Compression expected) => Assert.Equal(expected, Compressions.OfName(path));

    [Fact]
    public void OfBytes_NameThatLies_IsNotBelieved()
    {
        var gzip = Pack(Content(50), Compression.Gzip);
        var zstd = Pack(Content(50), Compression.Zstd);
        foreach (var name in new[] { "a", "a.gz", "a.zst", "a.br" })
        {
            Assert.Equal(Compression.Gzip, Compressions.OfBytes(gzip, name));
            Assert.Equal(Compression.Zstd, Compressions.OfBytes(zstd, name));
        }

        Assert.Equal(Compression.None, Compressions.OfBytes("{}"u8, "a.gz"));
        Assert.Equal(Compression.None, Compressions.OfBytes("{}"u8, "a.zst"));
        Assert.Equal(Compression.None, Compressions.OfBytes([], "a.gz"));
        Assert.Equal(Compression.None, Compressions.OfBytes(gzip.AsSpan(0, 1), "a"));
        Assert.Equal(Compression.Brotli, Compressions.OfBytes(Pack(Content(50), Compression.Brotli), "a.br"));
    }

    private static byte[] Content(int size)
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < size; i++)
        {
            text.Append("河流 river ").Append(i * 7919 % 1000);
        }

        return Encoding.UTF8.GetBytes(text.ToString())[..size];
    }

    private static byte[] Pack(byte[] content, Compression compression)
    {
        using var target = new MemoryStream();
        using (var stream = Compressions.Pack(target, compression))
        {
            stream.Write(content);
        }

        return target.ToArray();
    }

    private static byte[] Unpack(Stream packed, Compression compression, int bufferBytes = 4096)
    {
        using var stream = Compressions.Unpack(packed, compression);
        using var plain = new MemoryStream();
        stream.CopyTo(plain, bufferBytes);
        return plain.ToArray();
    }
}
