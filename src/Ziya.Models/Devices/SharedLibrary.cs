using System.Buffers.Binary;
using System.Text;

namespace Ziya.Models.Devices;

/// <summary>What a shared library (ELF, 64 bits, little-endian) says of itself.</summary>
internal static class SharedLibrary
{
    private const int Dynamic = 6;
    private const int NeededTag = 1;
    private const int HeaderBytes = 64;
    private const int SectionBytes = 64;
    private const int EntryBytes = 16;

    /// <summary>The names of the libraries that it cannot be loaded without.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static IReadOnlyList<string> Needed(string path)
    {
        using var file = File.OpenHandle(path);
        try
        {
            // Numbers by the ELF-64 object file format: e_shoff at 40, e_shnum at 60; of a section sh_type at 4, sh_offset at 24, sh_size at 32, sh_link at 40.
            var header = Read(file, 0, HeaderBytes);
            if (!header.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8))
            {
                throw new InvalidDataException($"{path}: is no shared library of 64 bits.");
            }

            var sections = Read(file, Number(header, 40), SectionBytes * BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(60)));
            foreach (var section in sections.Chunk(SectionBytes).Where(section => BinaryPrimitives.ReadInt32LittleEndian(section.AsSpan(4)) == Dynamic))
            {
                var names = Content(file, [.. sections.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(section.AsSpan(40)) * SectionBytes, SectionBytes)]);
                return [.. Content(file, section).Chunk(EntryBytes).Where(entry => Number(entry, 0) == NeededTag).Select(entry => Name(names, (int)Number(entry, 8)))];
            }

            return [];
        }
        catch (Exception exception) when (exception is ArgumentException or EndOfStreamException or OverflowException)
        {
            throw new InvalidDataException($"{path}: is damaged.", exception);
        }
    }

    private static byte[] Content(Microsoft.Win32.SafeHandles.SafeFileHandle file, byte[] section) => Read(file, Number(section, 24), checked((int)Number(section, 32)));

    private static string Name(byte[] names, int at) => Encoding.ASCII.GetString(names.AsSpan(at)[..names.AsSpan(at).IndexOf((byte)0)]);

    private static long Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));

    private static byte[] Read(Microsoft.Win32.SafeHandles.SafeFileHandle file, long at, int count)
    {
        // A length that lies must not become an allocation.
        var bytes = at >= 0 && count >= 0 && at + count <= RandomAccess.GetLength(file) ? new byte[count] : throw new EndOfStreamException();
        return RandomAccess.Read(file, bytes, at) == count ? bytes : throw new EndOfStreamException();
    }
}
