using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>How much a line of a log matters.</summary>
public enum LogWeight
{
    /// <summary>What is done, task by task.</summary>
    Debug,

    /// <summary>What begins and ends.</summary>
    Information,

    /// <summary>What was tried again, or is waited for.</summary>
    Warning,

    /// <summary>What failed.</summary>
    Error,
}

/// <summary>A line of a run's log. It holds names, numbers and reasons; no record's text, and nothing that opens a door.</summary>
/// <param name="At">When, in UTC.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Run">The run.</param>
/// <param name="Phase">The phase; null where it is about no single one.</param>
/// <param name="Task">The task of the phase; null where it is about no single one.</param>
/// <param name="Worker">The process: machine and number.</param>
/// <param name="What">What happened.</param>
public sealed record LogLine(string At, LogWeight Level, string Run, string? Phase, int? Task, string Worker, string What);

/// <summary>
/// What a process has to tell of a run, kept in <c>log/</c> of its folder: JSON, a line each. A store has no append and may be away: lines gather, and every two seconds the file that grows is
/// written whole, a new one begun where it is long enough. Names of files are of one process each, so that the workers of a fleet do not meet.
/// </summary>
internal sealed class RunLog : IDisposable
{
    public const string Root = "log/";

    /// <summary>Length from which on a file does not grow.</summary>
    public const int FileBytes = 64 << 10;

    // Of a store that is away for long, the first lines tell more than the last.
    private const int MostBytes = 1 << 20;
    private const int MostCharacters = 2000;

    private static readonly JsonSerializerOptions Readable = new(JsonText.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly string _run;
    private readonly string _session;
    private readonly Lock _lock = new();
    private readonly Lock _writing = new();
    private readonly MemoryStream _open = new();
    private int _file;
    private long _lost;
    private bool _told;

    public RunLog(IStore store, string run, TimeProvider time)
    {
        (_store, _run, _time) = (store, run, time);
        Worker = $"{Environment.MachineName}/{Environment.ProcessId}";
        var name = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '-'));
        _session = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{name}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}");
    }

    /// <summary>Told every line that this process adds, of any run.</summary>
    public static event Action<LogLine>? Told;

    /// <summary>This process, for people.</summary>
    public string Worker { get; }

    /// <summary>This process and this opening of the run, for names of files.</summary>
    public string Session => _session;

    /// <summary>Adds a line.</summary>
    public void Tell(LogWeight level, string what, string? phase = null, int? task = null)
    {
        what = what.ReplaceLineEndings(" ");
        what = what.Length > MostCharacters ? string.Concat(what.AsSpan(0, MostCharacters), "…") : what;
        var told = new LogLine(Now(), level, _run, phase, task, Worker, what);
        Told?.Invoke(told);
        var line = JsonSerializer.SerializeToUtf8Bytes(told, Readable);
        lock (_lock)
        {
            if (_open.Length + line.Length > MostBytes)
            {
                _lost++;
                return;
            }

            _open.Write(line);
            _open.WriteByte((byte)'\n');
            _told = true;
        }
    }

    /// <summary>Writes what was added. Where the store is away, the next call does.</summary>
    public void Flush()
    {
        lock (_writing)
        {
            byte[] content;
            lock (_lock)
            {
                if (!_told)
                {
                    return;
                }

                _told = false;
                content = _open.ToArray();
            }

            try
            {
                _store.Write(string.Create(CultureInfo.InvariantCulture, $"{Root}{_session}.{_file:00000}.jsonl"), content);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                lock (_lock)
                {
                    _told = true;
                }

                return;
            }

            Turn(content.Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Flush();

    private string Now() => _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Goes on in another file where this one is long enough; what came meanwhile goes there.</summary>
    private void Turn(int written)
    {
        long lost;
        lock (_lock)
        {
            if (written < FileBytes)
            {
                return;
            }

            var rest = _open.ToArray().AsSpan(written).ToArray();
            _open.SetLength(0);
            _open.Write(rest);
            _file++;
            (lost, _lost) = (_lost, 0);
        }

        if (lost > 0)
        {
            Tell(LogWeight.Warning, string.Create(CultureInfo.InvariantCulture, $"{lost} lines are missing here: the run folder could not be written to."));
        }
    }
}
