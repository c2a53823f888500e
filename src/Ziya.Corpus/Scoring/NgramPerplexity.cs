using System.Runtime.InteropServices;
using Ziya.Corpus.Scoring.Lm;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Corpus.Scoring;

/// <summary><c>perplexity</c> with n-gram models: what <see cref="Perplexity"/> does where <c>lm</c> is given. No step of its own.</summary>
internal sealed class NgramPerplexity(PerplexityOptions options) : Step<Record, Record>
{
    private readonly Dictionary<string, (LanguageModel Model, LmTokens Tokens)> _open = [];
    private readonly List<int> _ids = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [Perplexity.Score];

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (options.Model is not null || options.Per != PerplexityUnit.Token)
        {
            yield return options.Model is not null ? "one of 'model' and 'lm' says what scores, and not both." : "'per' is for 'model'; n-gram models score tokens.";
        }

        foreach (var path in options.Lm.Values.Distinct())
        {
            if (Fault(path) is { } fault)
            {
                yield return fault;
            }
        }
    }

    /// <inheritdoc/>
    public override string Version() => FileVersions.Of(options.Lm.Values.Select(path => new FileInfo(path)));

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        var path = options.Lm.GetValueOrDefault(record.Language ?? "") ?? options.Lm.GetValueOrDefault(PerplexityOptions.Any);
        var text = record.Content;
        return path is null || text.Length == 0 ? record : record with { Scores = record.Scores.With(Perplexity.Score, Of(options.Normalize == TextNormalization.Ccnet ? CcNetText.Normalize(text) : text, Open(path))) };
    }

    private double Of(string text, (LanguageModel Model, LmTokens Tokens) lm)
    {
        var rest = text.AsSpan();
        var (sum, count) = (0.0, 0L);
        for (var more = true; more;)
        {
            var end = rest.IndexOf('\n');
            more = end >= 0;
            _ids.Clear();
            lm.Tokens.Cut(more ? rest[..end] : rest, lm.Model.Vocabulary, _ids);
            sum += lm.Model.Score(CollectionsMarshal.AsSpan(_ids));
            count += _ids.Count + 1;
            rest = more ? rest[(end + 1)..] : [];
        }

        return Math.Pow(10, -sum / count);
    }

    private (LanguageModel Model, LmTokens Tokens) Open(string path)
    {
        if (!_open.TryGetValue(path, out var lm))
        {
            LmTokens? tokens = null;
            var model = Shared(path, () => LmFiles.Open(path, options.Tokens, Tokenizer, out tokens));
            _open[path] = lm = (model, tokens ?? LmTokens.Of(options.Tokens ?? model.Header.Cut, Tokenizer));
        }

        return lm;
    }

    private ITextTokenizer Tokenizer(string path) => Shared($"tokenizer {path}", () => LoadTokenizer(path));

    private string? Fault(string path)
    {
        try
        {
            using var model = LmFiles.Open(path, options.Tokens, LoadTokenizer, out _);
            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
