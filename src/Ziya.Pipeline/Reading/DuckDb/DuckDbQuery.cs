using System.Runtime.InteropServices;

namespace Ziya.Pipeline.Reading.DuckDb;

/// <summary>
/// One query over a database in memory that yields one column of strings, none of them null, in chunks: no more of the result is held than one
/// of them. One thread, since the pipeline has its own; no network.
/// </summary>
internal sealed unsafe class DuckDbQuery : IDisposable
{
    private nint _database;
    private nint _connection;
    private nint _statement;
    private nint _chunk;
    private DuckDbLibrary.Result _result;
    private DuckDbLibrary.Text* _texts;

    /// <summary>Starts a query.</summary>
    /// <exception cref="InvalidDataException">DuckDB refuses it.</exception>
    public DuckDbQuery(string query, int memoryMb)
    {
        try
        {
            Open(memoryMb);
            if (DuckDbLibrary.Prepare(_connection, query, out _statement) != 0)
            {
                throw Failure(DuckDbLibrary.PrepareError(_statement));
            }

            if (DuckDbLibrary.ExecuteStreaming(_statement, out _result) != 0)
            {
                throw Failure(DuckDbLibrary.ResultError(ref _result));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Rows of the chunk.</summary>
    public int Rows { get; private set; }

    /// <summary>A row of the chunk. Valid until the next chunk.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            var text = _texts + row;
            return text->Length <= 12 ? new ReadOnlySpan<byte>(&text->Inlined, (int)text->Length) : new ReadOnlySpan<byte>(text->Elsewhere, (int)text->Length);
        }
    }

    /// <summary>Goes to the next chunk; false at the end.</summary>
    /// <exception cref="InvalidDataException">The rest cannot be read.</exception>
    public bool Next()
    {
        DuckDbLibrary.DestroyChunk(ref _chunk);
        _chunk = DuckDbLibrary.FetchChunk(_result);
        if (_chunk == 0)
        {
            return DuckDbLibrary.ResultError(ref _result) is var error && error != 0 && Message(error).Length > 0 ? throw Failure(error) : false;
        }

        Rows = (int)DuckDbLibrary.Size(_chunk);
        _texts = DuckDbLibrary.Texts(DuckDbLibrary.Vector(_chunk, 0));
        return true;
    }

    public void Dispose()
    {
        DuckDbLibrary.DestroyChunk(ref _chunk);
        DuckDbLibrary.DestroyResult(ref _result);
        DuckDbLibrary.DestroyPrepare(ref _statement);
        DuckDbLibrary.Disconnect(ref _connection);
        DuckDbLibrary.Close(ref _database);
    }

    private void Open(int memoryMb)
    {
        _ = DuckDbLibrary.CreateConfig(out var config);
        try
        {
            foreach (var (name, value) in new[] { ("threads", "1"), ("memory_limit", $"{memoryMb}MB"), ("autoinstall_known_extensions", "false"), ("autoload_known_extensions", "false") })
            {
                _ = DuckDbLibrary.SetConfig(config, name, value);
            }

            if (DuckDbLibrary.Open(":memory:", out _database, config, out var error) != 0 || DuckDbLibrary.Connect(_database, out _connection) != 0)
            {
                var failure = new InvalidOperationException($"DuckDB cannot be started: {Message(error)}");
                DuckDbLibrary.Free(error);
                throw failure;
            }
        }
        finally
        {
            DuckDbLibrary.DestroyConfig(ref config);
        }
    }

    private static InvalidDataException Failure(nint message) => new(Message(message));

    private static string Message(nint message) => (Marshal.PtrToStringUTF8(message) ?? "").ReplaceLineEndings(" ").Trim();
}
