using static Ziya.Benchmarks.Peers.GenAiLibrary;

namespace Ziya.Benchmarks.Peers;

/// <summary>A model open in ONNX Runtime GenAI.</summary>
internal sealed unsafe class GenAiModel : IDisposable
{
    private readonly nint _model;

    /// <summary>Opens a folder.</summary>
    public GenAiModel(string folder)
    {
        OgaSetTelemetryEnabled(false);
        Check(OgaCreateModel(folder, out _model));
    }

    /// <summary>
    /// Goes on with prompts, all at once, greedily, until the longest is done, as its Generator does: a batch is kept whole. Gives the ids written by each. <paramref name="started"/> is called
    /// when the prompts are computed.
    /// </summary>
    public List<int>[] Generate(IReadOnlyList<int[]> prompts, IReadOnlyList<int> counts, Action? started = null)
    {
        var most = prompts.Max(prompt => prompt.Length) + counts.Max();
        var parameters = Parameters(most, prompts.Count);
        var sequences = Sequences(prompts);
        Check(OgaCreateGenerator(_model, parameters, out var generator));
        try
        {
            Check(OgaGenerator_AppendTokenSequences(generator, sequences));
            started?.Invoke();
            var written = prompts.Select(_ => new List<int>()).ToArray();
            for (var step = 0; step < counts.Max(); step++)
            {
                Check(OgaGenerator_GenerateNextToken(generator));
                Check(OgaGenerator_GetNextTokens(generator, out var tokens, out var count));
                for (var row = 0; row < (int)count; row++)
                {
                    if (step < counts[row])
                    {
                        written[row].Add(tokens[row]);
                    }
                }
            }

            return written;
        }
        finally
        {
            OgaDestroyGenerator(generator);
            OgaDestroySequences(sequences);
            OgaDestroyGeneratorParams(parameters);
        }
    }

    /// <summary>Goes on with prompts by its Engine, which takes them as they come. Gives the ids written by each.</summary>
    public List<int>[] GenerateByEngine(IReadOnlyList<int[]> prompts, IReadOnlyList<int> counts)
    {
        Check(OgaCreateEngine(_model, out var engine));
        var requests = new Dictionary<nint, List<int>>();
        var order = new List<nint>();
        try
        {
            for (var i = 0; i < prompts.Count; i++)
            {
                var parameters = Parameters(prompts[i].Length + counts[i], 1);
                var sequences = Sequences([prompts[i]]);
                Check(OgaCreateRequest(parameters, out var request));
                Check(OgaRequestAddTokens(request, sequences));
                Check(OgaEngineAddRequest(engine, request));
                requests.Add(request, []);
                order.Add(request);
                OgaDestroySequences(sequences);
                OgaDestroyGeneratorParams(parameters);
            }

            while (HasPending(engine))
            {
                Check(OgaEngineStep(engine, out var ready));
                while (ready != 0 && HasUnseen(ready))
                {
                    Check(OgaRequestGetUnseenToken(ready, out var token));
                    requests[ready].Add(token);
                }

                if (ready != 0)
                {
                    Check(OgaRequestIsDone(ready, out var isDone));
                    if (isDone)
                    {
                        Check(OgaEngineRemoveRequest(engine, ready));
                    }
                }
            }

            return [.. order.Select(request => requests[request])];
        }
        finally
        {
            order.ForEach(OgaDestroyRequest);
            OgaDestroyEngine(engine);
        }
    }

    public void Dispose()
    {
        OgaDestroyModel(_model);
        OgaShutdown();
    }

    private static bool HasPending(nint engine)
    {
        Check(OgaEngineHasPendingRequests(engine, out var has));
        return has;
    }

    private static bool HasUnseen(nint request)
    {
        Check(OgaRequestHasUnseenTokens(request, out var has));
        return has;
    }

    private nint Parameters(int length, int batch)
    {
        Check(OgaCreateGeneratorParams(_model, out var parameters));
        Check(OgaGeneratorParamsSetSearchNumber(parameters, "max_length", length));
        Check(OgaGeneratorParamsSetSearchNumber(parameters, "min_length", length));
        Check(OgaGeneratorParamsSetSearchNumber(parameters, "batch_size", batch));
        Check(OgaGeneratorParamsSetSearchBool(parameters, "do_sample", false));
        return parameters;
    }

    private static nint Sequences(IReadOnlyList<int[]> prompts)
    {
        Check(OgaCreateSequences(out var sequences));
        foreach (var prompt in prompts)
        {
            fixed (int* tokens = prompt)
            {
                Check(OgaAppendTokenSequence(tokens, (nuint)prompt.Length, sequences));
            }
        }

        return sequences;
    }
}
