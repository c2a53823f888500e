using System.ComponentModel.DataAnnotations;
using Ziya.Models.Completions;
using Ziya.Models.Entries;
using Ziya.Models.Generation;
using Ziya.Models.Recordings;
using Ziya.Pipeline.Jobs;

namespace Ziya.Models.Teachers;

/// <summary>A model behind an endpoint that speaks OpenAI's chat completions: OpenAI itself, vLLM, SGLang, llama.cpp, DashScope, DeepSeek and many others.</summary>
[Model("endpoint")]
public sealed record TeacherOptions : RecordableModelOptions
{
    /// <summary>Address up to and with the version, such as <c>https://api.openai.com/v1</c>: <c>/chat/completions</c> is added.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The model's name there.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the environment variable that holds the key; the key itself stands in no file. Default: none, for servers without one.</summary>
    [RegularExpression("[A-Za-z_][A-Za-z0-9_]*")]
    public string? KeyEnv { get; init; }

    /// <summary>Most tokens of an answer where a step does not say. Default 1024. Sent with every request: only so can a budget be kept.</summary>
    [Range(1, 1048576)]
    public int MaxTokens { get; init; } = 1024;

    /// <summary>
    /// What the endpoint calls the most tokens of an answer. Default <c>max_tokens</c>, which all know but OpenAI's reasoning models:
    /// those want <c>max_completion_tokens</c>.
    /// </summary>
    [RegularExpression("[a-z_]+")]
    public string MaxTokensKey { get; init; } = "max_tokens";

    /// <summary>Whether the server knows <c>top_k</c>, <c>min_p</c> and <c>repetition_penalty</c>, as vLLM and SGLang do. Default false: they are not sent, OpenAI would refuse them.</summary>
    public bool ExtendedSampling { get; init; }

    /// <summary>Most requests at once. Default 8.</summary>
    [Range(1, 4096)]
    public int AtOnce { get; init; } = 8;

    /// <summary>Most requests a minute, spread evenly. Default: no limit.</summary>
    [Range(1, 1e7)]
    public int? RequestsPerMinute { get; init; }

    /// <summary>Most tokens a minute, prompts and answers, spread evenly. Default: no limit.</summary>
    [Range(1, 1e9)]
    public int? TokensPerMinute { get; init; }

    /// <summary>Seconds a request may take. Default 300.</summary>
    [Range(1, 86400)]
    public int TimeoutSeconds { get; init; } = 300;

    /// <summary>How often a request is sent again after 429, 5xx, a timeout or a broken answer. Default 8, about four minutes. While nobody gets an answer, requests wait up to ten minutes more.</summary>
    [Range(0, 100)]
    public int Retries { get; init; } = 8;

    /// <summary>Most tokens, prompts and answers, that the run may use up, what it did before an interruption and answers taken over from an earlier run included. Default: no limit. The job stops before the request that might exceed it.</summary>
    [Range(1, 1e15)]
    public long? BudgetTokens { get; init; }

    /// <summary>Most money that the run may cost, in the currency of the prices. Default: no limit. Needs both prices.</summary>
    [Range(0.0, 1e12)]
    public double? BudgetCost { get; init; }

    /// <summary>Price of a million tokens of prompts.</summary>
    [Range(0.0, 1e9)]
    public double? PromptPrice { get; init; }

    /// <summary>Price of a million tokens of answers.</summary>
    [Range(0.0, 1e9)]
    public double? CompletionPrice { get; init; }

    /// <inheritdoc/>
    protected override IEnumerable<string> CheckModel()
    {
        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            yield return $"'endpoint' is '{Endpoint}', expected an address such as https://api.openai.com/v1.";
        }
        else if (uri.UserInfo.Length > 0)
        {
            yield return "'endpoint' has a user or password in it. Put the key into an environment variable and name that in 'key_env'.";
        }

        if (KeyEnv is not null && KeyFault(KeyEnv) is { } fault)
        {
            yield return fault;
        }

        if (BudgetCost is not null && (PromptPrice is null || CompletionPrice is null))
        {
            yield return "'budget_cost' needs 'prompt_price' and 'completion_price', per million tokens.";
        }
    }

    /// <inheritdoc/>
    public override string Title => Model;

    /// <inheritdoc/>
    public override string? LicenseOf() => License ?? KnownLicense.Of(Model);

    /// <inheritdoc/>
    protected override bool ModelServes(Type use) => use == typeof(IGenerator);

    /// <inheritdoc/>
    protected override double? ModelPrice(double promptTokens, double completionTokens) =>
        PromptPrice is { } prompt && CompletionPrice is { } completion ? ((promptTokens * prompt) + (completionTokens * completion)) / 1e6 : null;

    /// <inheritdoc/>
    protected override RecordableModelOptions DecidingOptions() => new TeacherOptions { Endpoint = Endpoint, Model = Model, MaxTokens = MaxTokens, ExtendedSampling = ExtendedSampling };

    /// <inheritdoc/>
    protected override object OpenModel(ModelContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var teacher = new RemoteTeacher(this, context.Time);
        var cache = new CompletionCache(context.Store, context.Folder);
        var (prompt, completion) = cache.Tokens;
        teacher.Budget.Add(prompt, completion);
        return new CachedGenerator(teacher, context.Identity, cache);
    }

    /// <summary>The key, or null where there is none to be sent.</summary>
    /// <exception cref="InvalidOperationException">The variable is not set, or holds what is no key.</exception>
    internal string? ReadKey() => KeyEnv is null ? null
        : KeyFault(KeyEnv) is { } fault ? throw new InvalidOperationException(fault)
        : Environment.GetEnvironmentVariable(KeyEnv)!.Trim();

    // The variable's content is never shown. A character that no header can carry would end up in the message of an exception.
    private static string? KeyFault(string variable)
    {
        var key = Environment.GetEnvironmentVariable(variable)?.Trim();
        return string.IsNullOrEmpty(key) ? $"the environment variable {variable} ('key_env') is not set. Set it to the endpoint's key: export {variable}=..."
            : key.Any(c => c is <= ' ' or > '~') ? $"the environment variable {variable} ('key_env') holds characters that no key has, such as a line break or a quote of the editor."
            : null;
    }
}
