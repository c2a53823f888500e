using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Steps;

namespace Ziya.Models.Recordings;

/// <summary>A file of recorded answers, one a line. Of each only the place is held in memory.</summary>
internal sealed class Recording : IDisposable
{
    public const int LongestLine = 16 << 20;
    private const int MostFaults = 10;

    private readonly Dictionary<UInt128, Place> _ofModel = [];
    private readonly Dictionary<UInt128, Place> _ofAny = [];
    private readonly SafeFileHandle _file;
    private readonly string _path;

    private Recording(string path, List<string> faults)
    {
        _path = path;
        _file = File.OpenHandle(path);
        using var content = File.OpenRead(path);
        var lines = new LineReader(content, 1 << 16, LongestLine, 0);
        for (var number = 1; lines.Next() && faults.Count < MostFaults; number++)
        {
            if (lines.Line.Span.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0)
            {
                continue;
            }

            try
            {
                var answer = lines.IsLong ? throw new InvalidDataException("the line is longer than 16 MB.") : RecordedAnswer.Parse(lines.Line);
                Add(answer, new Place(lines.Start + lines.Bytes - lines.Line.Length, lines.Line.Length, number));
            }
            catch (InvalidDataException exception)
            {
                faults.Add($"{path}:{number}: {exception.Message}");
            }
        }
    }

    /// <summary>Answers there are.</summary>
    public int Count => _ofModel.Count;

    /// <summary>Whether there are answers of a model that scores texts.</summary>
    public bool HasTextScores { get; private set; }

    /// <summary>What is wrong with a file; none if all is well.</summary>
    public static IReadOnlyList<string> Faults(string path)
    {
        try
        {
            var faults = new List<string>();
            new Recording(path, faults).Dispose();
            return faults;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [exception is FileNotFoundException or DirectoryNotFoundException ? $"there is no recording {path}." : exception.Message];
        }
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">A line is no answer, or two answer the same.</exception>
    public static Recording Open(string path)
    {
        var faults = new List<string>();
        var recording = new Recording(path, faults);
        if (faults.Count == 0)
        {
            return recording;
        }

        recording.Dispose();
        throw new InvalidDataException(faults[0]);
    }

    /// <summary>The answer for a purpose: of that model, or of the only one that has answered; null where there is none.</summary>
    /// <exception cref="InvalidDataException">Several models have answered, and none of them is of that name.</exception>
    public RecordedAnswer? Find(Purpose purpose, string model)
    {
        if (_ofModel.TryGetValue(Key(purpose, model), out var own))
        {
            return Read(own);
        }

        return !_ofAny.TryGetValue(Key(purpose, null), out var place) ? null
            : !place.IsAmbiguous ? Read(place)
            : throw new InvalidDataException($"{_path} has answers of several models for {Described(purpose)}, and none of '{model}': call the model in the job as the recording does, as {_path}:{place.Line} for example.");
    }

    /// <summary>A purpose in words.</summary>
    public static string Described(Purpose purpose) => $"record '{purpose.Record}', step '{purpose.Step}', operation '{purpose.Operation}', sample {purpose.Sample}";

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Add(RecordedAnswer answer, Place place)
    {
        if (!answer.IsAnswered)
        {
            return;
        }

        if (!_ofModel.TryAdd(Key(answer.For, answer.Model), place))
        {
            throw new InvalidDataException($"line {_ofModel[Key(answer.For, answer.Model)].Line} answers the same: {Described(answer.For)}, model '{answer.Model}'.");
        }

        HasTextScores |= answer.LogProbability is not null || answer.Choices is not null;
        var any = Key(answer.For, null);
        _ofAny[any] = _ofAny.ContainsKey(any) ? place with { IsAmbiguous = true } : place;
    }

    private RecordedAnswer Read(Place place)
    {
        var line = new byte[place.Length];
        return RandomAccess.Read(_file, line, place.Offset) == line.Length ? RecordedAnswer.Parse(line) : throw new InvalidDataException($"{_path} has become shorter while it was in use.");
    }

    /// <summary>What an answer is found by: its purpose, and who answered; null for anybody.</summary>
    public static UInt128 Key(Purpose purpose, string? model) =>
        XxHash128.HashToUInt128(MemoryMarshal.AsBytes($"{purpose.Record}\n{purpose.Step}\n{purpose.Operation}\n{purpose.Sample}\n{model}".AsSpan()));

    private readonly record struct Place(long Offset, int Length, int Line)
    {
        public bool IsAmbiguous { get; init; }
    }
}
