using System.ComponentModel.DataAnnotations;
using Ziya.Models.Entries;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Models.Tokenization;

/// <summary>Options of the step <c>count_tokens</c>. One of <see cref="Tokenizer"/> and <see cref="Model"/> is needed.</summary>
public sealed record CountTokensOptions
{
    /// <summary>What counts: a model's folder, tokenizer.model, tokenizer.json, or vocab.json with merges.txt beside it. Default: none, the model's.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>A model of the job on this machine, whose tokenizer counts. Default: none.</summary>
    [ModelName(typeof(IModelWithTokenizer))]
    public string? Model { get; init; }

    /// <summary>Fewest tokens of a record that stays. Default 0, which keeps all.</summary>
    [Range(0, int.MaxValue)]
    public int Min { get; init; }

    /// <summary>Most tokens of a record that stays. Default: no limit.</summary>
    [Range(1, int.MaxValue)]
    public int? Max { get; init; }
}

/// <summary>
/// Counts the tokens of a record in a model's vocabulary, as the score <c>tokens</c>, which the manifest, the card and the report add up. Put it behind the
/// steps that change texts.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Each text of a record (of a dialogue each message, of an instruction its four parts) is encoded by itself and the tokens are added: without those that
/// begin and end a text and those of a prompt template. Names of special tokens in a text are text.</item>
/// <item><c>too_few_tokens</c>, <c>too_many_tokens</c>: beyond <c>min</c> or <c>max</c>.</item>
/// </list>
/// </remarks>
[Step("count_tokens")]
public sealed class CountTokens(CountTokensOptions options) : Step<Record, Record>
{
    private readonly TokenBuffer _ids = new();
    private ModelTokenizer? _tokenizer;

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [Scores.Tokens];

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (options.Tokenizer is null == options.Model is null)
        {
            yield return "one of 'tokenizer' and 'model' says whose tokens are counted, and not both.";
        }

        if (options.Min > options.Max)
        {
            yield return "'min' is greater than 'max': no record would be left.";
        }

        foreach (var fault in options.Tokenizer is { } path ? OnnxModelOptions.Fault(() => ModelTokenizer.Load(path)) : [])
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override string Version() => options.Tokenizer is { } path ? ModelTokenizer.VersionOf(path) : "";

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        _tokenizer ??= Shared(options.Tokenizer ?? options.Model!, () => ModelTokenizer.Load(options.Tokenizer ?? ((IModelWithTokenizer)OptionsOf(options.Model!)).TokenizerFolder()));

        // 1.
        _ids.Clear();
        Add(record);

        // 2.
        return _ids.Count < options.Min ? Drop.Beyond("too_few_tokens", _ids.Count, options.Min)
            : _ids.Count > options.Max ? Drop.Beyond("too_many_tokens", _ids.Count, options.Max.Value)
            : record with { Scores = record.Scores.With(Scores.Tokens, _ids.Count) };
    }

    private void Add(Record record)
    {
        switch (record)
        {
            case Document document:
                Add(document.Text);
                break;
            case Instruction instruction:
                Add(instruction.System);
                Add(instruction.Text);
                Add(instruction.Input);
                Add(instruction.Output);
                break;
            case Dialogue dialogue:
                for (var i = 0; i < dialogue.Messages.Count; i++)
                {
                    Add(dialogue.Messages[i].Content);
                }

                break;
            case Preference preference:
                Add(preference.Prompt);
                Add(preference.Chosen);
                Add(preference.Rejected);
                break;
            default:
                throw new ArgumentException($"no texts known of a {record.GetType().Name}", nameof(record));
        }
    }

    private void Add(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _tokenizer!.Encode(text, _ids);
        }
    }
}
