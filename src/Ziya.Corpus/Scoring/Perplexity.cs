using System.Text;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Scoring;

/// <summary>Options of <c>perplexity</c>. One of <see cref="Model"/> and <see cref="Lm"/> is needed.</summary>
public sealed record PerplexityOptions
{
    internal const string Any = "any";

    /// <summary>The model that knows how probable a text is: one that writes text, on this machine. Default: none.</summary>
    [ModelName(typeof(ITextScorer))]
    public string? Model { get; init; }

    /// <summary>
    /// The file of an n-gram model that `ziya lm` made, or an ARPA file; or one a language: `{ zh: FILE, en: FILE }`, where `any` is for all other languages. Records in
    /// other languages pass without the score. Default: none.
    /// </summary>
    [ForAll(Any)]
    public IReadOnlyDictionary<string, string> Lm { get; init; } = new Dictionary<string, string>();

    /// <summary>With `lm`, what cuts lines into tokens: `word`, `character`, or a tokenizer (a model's folder or a file of it). Default: what the model's file says; of an ARPA file, `word`.</summary>
    public string? Tokens { get; init; }

    /// <summary>
    /// With `lm`, what is done to a text before it is scored: `none` (default), or `ccnet`: small letters, digits as 0, no accents, punctuation of ASCII, and the whole text as one line. The models have to be trained on such text: `ziya lm train --normalize ccnet`.
    /// </summary>
    public TextNormalization Normalize { get; init; } = TextNormalization.None;

    /// <summary>With `model`, what the logarithm of the probability is divided by. Default token.</summary>
    public PerplexityUnit Per { get; init; } = PerplexityUnit.Token;
}

/// <summary>
/// Writes how surprised a language model is by the text, as the score <c>perplexity</c>: exp(-log p / n). The lower, the more the text is like what the model was trained
/// on. CCNet (Wenzek et al. 2020, arXiv:1911.00359) sorts pages into thirds by it, each language by itself: `bucket: { by: perplexity, within: language }`.
/// </summary>
/// <remarks>
/// 1. log p is the sum over the tokens, each behind those before it and the token that begins a text; how long texts are cut into windows the model's entry says. The end of the text is not scored.
/// 2. n is the number of tokens, or with `per` that of characters or bytes, which can be compared among models with different tokenizers, and bytes among languages.
/// 3. A record without a text passes without the score.
/// 4. With `lm` it is CCNet's: 10^(-sum of log10 p / sum of (tokens + 1)) over all lines, blank ones too, each scored from its beginning to its end. What CCNet does to texts before, `normalize: ccnet` does.
/// </remarks>
[Step("perplexity")]
public sealed class Perplexity(PerplexityOptions options) : AsyncStep<Record, Record>
{
    internal const string Score = "perplexity";

    /// <inheritdoc/>
    internal override Step Chosen => options.Lm.Count > 0 ? new NgramPerplexity(options) : this;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => options.Model is null ? ["one of 'model' and 'lm' says what scores."]
        : options.Tokens is not null ? ["'tokens' is for 'lm'; a model has its tokenizer."]
        : options.Normalize != TextNormalization.None ? ["'normalize' is for 'lm'; a model reads texts as they are."] : [];

    /// <inheritdoc/>
    public override int Width => Model<ITextScorer>(options.Model!).Width;

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [Score];

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return [new ModelUse(options.Model!, 1, ModelUse.Tokens(record.Content), 0)];
    }

    /// <inheritdoc/>
    public override async Task<Verdict<Record>> Apply(Record record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var text = record.Content;

        // 1.
        var score = await Model<ITextScorer>(options.Model!).Score(text, null, For(record.Id, "perplexity"), cancel).ConfigureAwait(false);

        // 2.
        var count = options.Per switch
        {
            PerplexityUnit.Character => text.EnumerateRunes().Count(),
            PerplexityUnit.Byte => Encoding.UTF8.GetByteCount(text),
            _ => score.Tokens,
        };

        // 3.
        return score.Tokens == 0 ? record : record with { Scores = record.Scores.With(Score, Math.Exp(-score.LogProbability / count)) };
    }
}
