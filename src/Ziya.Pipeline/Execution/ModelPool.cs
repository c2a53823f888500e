using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Execution;

/// <summary>The models of a run at work: each opened when a step first asks for it as what it needs, once for all tasks of the process.</summary>
internal sealed class ModelPool(Job job, IStore store, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<(string Name, Type Use), Lazy<object>> _open = new();

    /// <summary>The model of that name.</summary>
    /// <exception cref="JobFailedException">It cannot be opened.</exception>
    public T Get<T>(string name)
        where T : class
    {
        var model = _open.GetOrAdd((name, typeof(T)), key => new Lazy<object>(() => Open(key.Name, key.Use))).Value;
        return model as T ?? throw new InvalidOperationException($"model '{name}' is no {typeof(T).Name}.");
    }

    /// <summary>What the job says of a model.</summary>
    public ModelOptions Options(string name) => job.Models[name].Options;

    /// <summary>A thing that the tasks of a process share, made when first asked for.</summary>
    /// <param name="key">Its name, in which a slash tells it from a model.</param>
    /// <param name="make">Makes it.</param>
    /// <exception cref="JobFailedException">It cannot be made.</exception>
    public T Share<T>(string key, Func<T> make)
        where T : class
    {
        try
        {
            return (T)_open.GetOrAdd((key, typeof(T)), _ => new Lazy<object>(make)).Value;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new JobFailedException($"{key}: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    /// <summary>What the open models do now.</summary>
    public IReadOnlyList<ModelFigures> Figures() =>
    [
        .. from model in _open
           where model.Value.IsValueCreated && model.Value.Value is IModelProgress
           orderby model.Key.Name
           let progress = (IModelProgress)model.Value.Value
           select new ModelFigures(model.Key.Name, progress.Tokens, progress.State) { Trouble = progress.Trouble, Load = progress.Load },
    ];

    /// <summary>The models that are open, those too that say nothing of what they do.</summary>
    public IReadOnlyList<ModelFigures> Open()
    {
        var figures = Figures();
        var silent = _open.Where(model => model.Value.IsValueCreated && job.Models.ContainsKey(model.Key.Name)).Select(model => model.Key.Name).Distinct()
            .Where(name => figures.All(known => known.Name != name)).Order(StringComparer.Ordinal);
        return [.. figures, .. silent.Select(name => new ModelFigures(name, 0, ""))];
    }

    /// <summary>Lets the models leave behind what they have to; what the user should know, a sentence each.</summary>
    public IReadOnlyList<string> End() =>
    [
        .. from model in _open
           where model.Value.IsValueCreated && model.Value.Value is IModelEnding
           orderby model.Key.Name, model.Key.Use.Name
           from note in ((IModelEnding)model.Value.Value).End()
           select $"model '{model.Key.Name}': {note}",
        .. from model in job.Models.Values
           from note in model.Options.Publish(new ModelContext(model.Name, model.Identity(), store, time, typeof(object)))
           select $"model '{model.Name}': {note}",
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        ExceptionDispatchInfo? failure = null;
        foreach (var model in _open.Values.Where(model => model.IsValueCreated).Select(model => model.Value))
        {
            try
            {
                (model as IAsyncDisposable)?.DisposeAsync().AsTask().GetAwaiter().GetResult();
                (model as IDisposable)?.Dispose();
            }
            catch (Exception exception)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        _open.Clear();
        failure?.Throw();
    }

    private object Open(string name, Type use)
    {
        try
        {
            var model = job.Models[name];
            return model.Options.Open(new ModelContext(name, model.Identity(), store, time, use));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new JobFailedException($"model '{name}' cannot be opened: {exception.Message.TrimEnd('.')}", exception);
        }
    }
}
