using System.Text;

namespace Ziya.Synthesis.Tests.Writing;

/// <summary>Reads a pair of files by the layout that Megatron-LM documents in its reader, with nothing of what writes them.</summary>
internal sealed class IndexedReader
{
    public IndexedReader(string path)
    {
        using var index = new BinaryReader(File.OpenRead(Path.ChangeExtension(path, ".idx")));
        Assert.Equal("MMIDIDX\0\0", Encoding.ASCII.GetString(index.ReadBytes(9)));
        Assert.Equal(1UL, index.ReadUInt64());
        Code = index.ReadByte();
        var sequences = (int)index.ReadUInt64();
        var documents = (int)index.ReadUInt64();
        var lengths = Enumerable.Range(0, sequences).Select(_ => index.ReadInt32()).ToList();
        var pointers = Enumerable.Range(0, sequences).Select(_ => index.ReadInt64()).ToList();
        Documents = [.. Enumerable.Range(0, documents).Select(_ => index.ReadInt64())];
        Assert.Equal(index.BaseStream.Length, index.BaseStream.Position);
        var bytes = File.ReadAllBytes(path);
        var width = Code switch { 1 => 1, 8 => 2, 4 => 4, _ => throw new InvalidDataException($"type {Code}") };
        Assert.Equal(bytes.Length, lengths.Sum() * width);
        for (var i = 0; i < sequences; i++)
        {
            var at = (int)pointers[i];
            Sequences.Add([.. Enumerable.Range(0, lengths[i]).Select(token => width switch
            {
                1 => bytes[at + token],
                2 => BitConverter.ToUInt16(bytes, at + (token * 2)),
                _ => BitConverter.ToInt32(bytes, at + (token * 4)),
            })]);
        }
    }

    public int Code { get; }

    public List<int[]> Sequences { get; } = [];

    public List<long> Documents { get; }
}
