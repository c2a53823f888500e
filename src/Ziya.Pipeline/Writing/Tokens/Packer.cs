namespace Ziya.Pipeline.Writing;

/// <summary>Makes sequences of records. This one makes a sequence of each.</summary>
internal class Packer(TokenFiles files)
{
    /// <summary>The files.</summary>
    protected TokenFiles Files { get; } = files;

    /// <summary>The packer that options ask for.</summary>
    public static Packer Of(TokenFiles files, TokenFileInfo info) => (info.Context, info.Packing) switch
    {
        (null, _) => new Packer(files),
        ({ } context, Jobs.Packing.Whole) => new WholePacker(files, context, info.Width),
        ({ } context, _) => new SplitPacker(files, context, info.Width),
    };

    /// <summary>Adds a stretch of a record.</summary>
    public virtual void Add(TokenChunk chunk)
    {
        if (chunk.IsFirst)
        {
            Files.CountRecord();
        }

        Files.Append(chunk.Tokens, chunk.Learned);
        if (chunk.IsLast)
        {
            Files.End([]);
        }
    }

    /// <summary>Ends the files.</summary>
    public virtual void Finish() => Files.Finish();
}
