using System.Globalization;
using Ziya.Models.Prompts;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Jobs;

namespace Ziya.Models.Generation;

/// <summary>A model on this machine behind its prompt template: conversations in, answers out. All requests of the process share its scheduler.</summary>
/// <param name="name">What the model is called in completions.</param>
/// <param name="model">The model; disposed with this.</param>
/// <param name="template">How it wants a conversation written, and what is used where a request does not say.</param>
/// <param name="width">Requests that keep it busy, and let it order them.</param>
public sealed class LocalGenerator(string name, LocalModel model, PromptTemplate template, int width) : IGenerator, IModelProgress, IDisposable
{
    /// <inheritdoc/>
    public string Model => name;

    /// <inheritdoc/>
    public int Width => width;

    /// <inheritdoc/>
    public long Tokens => model.Scheduler.Figures.Written;

    /// <inheritdoc/>
    public string State
    {
        get
        {
            var figures = model.Scheduler.Figures;
            return string.Create(CultureInfo.InvariantCulture, $"{figures.Occupancy:P0} of slots busy, {figures.CacheBytes / 1e6:N0} MB of keys and values");
        }
    }

    /// <inheritdoc/>
    public ModelLoad? Load => model.Scheduler.Figures is { } figures ? new(figures.Slots, figures.Busy, model.Scheduler.Waiting, figures.CacheBytes) : null;

    /// <inheritdoc/>
    public async Task<Completion> Generate(GenerationRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancel.ThrowIfCancellationRequested();
        if (request.Nothing is { } nothing)
        {
            return Completion.Failed(name, nothing);
        }

        IReadOnlyList<PromptPart> prompt;
        try
        {
            prompt = template.Render(request.Messages);
        }
        catch (ArgumentException exception)
        {
            return Completion.Failed(name, exception.Message);
        }

        var ids = new TokenBuffer();
        model.Tokenizer.Encode(prompt, ids, !template.HasBos);
        string[] stops = [.. template.Stop, .. request.Stop];
        var answer = await model.Scheduler.Submit(
            new TokenRequest(ids.Ids.ToArray(), request.Sampling ?? template.Sampling, request.MaxTokens ?? template.MaxTokens)
            {
                Seed = request.Seed,
                StopTexts = stops,

                // An added token has no text of its own that could be found in what is written.
                StopIds = [.. model.Tokenizer.Added.Where(token => stops.Contains(token.Content)).Select(token => token.Id)],
            },
            cancel).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        return new Completion(answer.Text, answer.Ending, name) { Fault = answer.Fault, PromptTokens = ids.Count, CompletionTokens = answer.Ids.Count };
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
