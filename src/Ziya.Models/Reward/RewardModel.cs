using Ziya.Models.Checkpoints;
using Ziya.Models.Prompts;
using Ziya.Models.Scoring;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Records;

namespace Ziya.Models.Reward;

/// <summary>
/// A reward model on this machine: LLaMA with a value head on the last token. The card of Ziya-LLaMA-7B-Reward
/// (https://huggingface.co/IDEA-CCNL/Ziya-LLaMA-7B-Reward) writes <c>Human:</c>, question, two line breaks, <c>Assistant:</c>, answer, cuts at 1024 tokens, and asks its tokenizer for
/// an end token; that one's beginning and end are both <c>&lt;/s&gt;</c>, id 2.
/// </summary>
public sealed class RewardModel : IRewardModel, IDisposable
{
    private readonly ScoringModel _model;
    private readonly PromptTemplate _template;

    private RewardModel(string name, ScoringModel model, PromptTemplate template) => (Model, _model, _template) = (name, model, template);

    /// <inheritdoc/>
    public string Model { get; }

    /// <inheritdoc/>
    public int Width => _model.Width;

    /// <summary>Tokens computed so far, and with the padding.</summary>
    internal (long Tokens, long Computed) Counts => _model.Counts;

    /// <summary>Opens the folder that <c>ziya models export</c> made of a reward model.</summary>
    /// <exception cref="InvalidDataException">It is none, damaged, or its tokenizer does not fit.</exception>
    public static RewardModel Open(string name, string folder, PromptTemplate template, ScoringOptions options) =>
        new(name, ScoringModel.Open(folder, ModelTask.Reward, options), template);

    /// <inheritdoc/>
    public async Task<RewardScore> Score(IReadOnlyList<Message> messages, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0 || messages[^1].Role != "assistant")
        {
            throw new ArgumentException("The conversation does not end with an answer.");
        }

        var buffer = new TokenBuffer();
        _model.Tokenizer.Encode(_template.Render(messages), buffer, addBefore: false);
        var (ids, cut) = _model.Around(buffer.Ids);
        return new RewardScore((await _model.Compute(ids, 0, cancel).ConfigureAwait(false))[0], buffer.Count, cut);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
