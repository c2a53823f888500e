using System.Collections.Concurrent;
using System.Globalization;
using Ziya.Models.Generation;

namespace Ziya.Models.Tests.Completions;

/// <summary>A model that says what it was asked, and counts how often.</summary>
internal sealed class EchoGenerator : IGenerator
{
    public string Model => "echo";

    public int Width => 8;

    public ConcurrentDictionary<string, int> Asked { get; } = new();

    public Func<GenerationRequest, CancellationToken, Task>? Before { get; init; }

    public Ending Ending { get; set; } = Ending.Stop;

    public async Task<Completion> Generate(GenerationRequest request, CancellationToken cancel)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{request.Messages[^1].Content}#{request.Seed}");
        Asked.AddOrUpdate(text, 1, (_, count) => count + 1);
        await Task.Yield();
        if (Before is not null)
        {
            await Before(request, cancel);
        }

        return new Completion(text, Ending, "echo-1") { PromptTokens = 2, CompletionTokens = 3 };
    }
}
