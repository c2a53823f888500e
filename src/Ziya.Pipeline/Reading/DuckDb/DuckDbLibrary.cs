using System.Runtime.InteropServices;

namespace Ziya.Pipeline.Reading.DuckDb;

/// <summary>The few functions of DuckDB's C interface (https://duckdb.org/docs/stable/clients/c/api) that reading needs.</summary>
internal static unsafe partial class DuckDbLibrary
{
    private const string Library = "duckdb";

    /// <summary>Whether the library can be loaded.</summary>
    public static bool IsThere { get; } = NativeLibrary.TryLoad(Library, typeof(DuckDbLibrary).Assembly, null, out _);

    /// <summary>A result. All but the last field are remains of an older interface.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Result
    {
        public ulong Columns;
        public ulong Rows;
        public ulong Changed;
        public nint Data;
        public nint Error;
        public nint Internal;
    }

    /// <summary>A string: up to 12 bytes stand in it, more elsewhere.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    internal struct Text
    {
        [FieldOffset(0)]
        public uint Length;

        [FieldOffset(4)]
        public byte Inlined;

        [FieldOffset(8)]
        public byte* Elsewhere;
    }

    [LibraryImport(Library, EntryPoint = "duckdb_create_config")]
    public static partial int CreateConfig(out nint config);

    [LibraryImport(Library, EntryPoint = "duckdb_set_config", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetConfig(nint config, string name, string value);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_config")]
    public static partial void DestroyConfig(ref nint config);

    [LibraryImport(Library, EntryPoint = "duckdb_open_ext", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, out nint database, nint config, out nint error);

    [LibraryImport(Library, EntryPoint = "duckdb_close")]
    public static partial void Close(ref nint database);

    [LibraryImport(Library, EntryPoint = "duckdb_connect")]
    public static partial int Connect(nint database, out nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_disconnect")]
    public static partial void Disconnect(ref nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_prepare", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Prepare(nint connection, string query, out nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_prepare_error")]
    public static partial nint PrepareError(nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_execute_prepared_streaming")]
    public static partial int ExecuteStreaming(nint statement, out Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_prepare")]
    public static partial void DestroyPrepare(ref nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_result_error")]
    public static partial nint ResultError(ref Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_result")]
    public static partial void DestroyResult(ref Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_fetch_chunk")]
    public static partial nint FetchChunk(Result result);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_data_chunk")]
    public static partial void DestroyChunk(ref nint chunk);

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_get_size")]
    public static partial ulong Size(nint chunk);

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_get_vector")]
    public static partial nint Vector(nint chunk, ulong column);

    [LibraryImport(Library, EntryPoint = "duckdb_vector_get_data")]
    public static partial Text* Texts(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_free")]
    public static partial void Free(nint memory);
}
