using System.Globalization;
using Ziya.Pipeline.Execution;

namespace Ziya.Models.Teachers;

/// <summary>
/// Keeps a model within its budget: what a request may cost at most is set aside before it is sent, and given back when it is known what it did cost.
/// So the budget is never exceeded, and only a request that does not fit when nothing else is in flight ends the job.
/// </summary>
internal sealed class Budget(TeacherOptions options)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inFlight;
    private long _promptTokens;
    private long _completionTokens;
    private long _promptAside;
    private long _completionAside;

    /// <summary>Tokens used up, prompts and answers.</summary>
    public long Tokens
    {
        get
        {
            lock (_lock)
            {
                return _promptTokens + _completionTokens;
            }
        }
    }

    /// <summary>How much of the budget is used, where there is one.</summary>
    public string State
    {
        get
        {
            lock (_lock)
            {
                return options.BudgetCost is { } cost ? string.Create(CultureInfo.InvariantCulture, $"{Cost(_promptTokens, _completionTokens):0.##} of {cost:0.##} spent")
                    : options.BudgetTokens is { } tokens ? string.Create(CultureInfo.InvariantCulture, $"{_promptTokens + _completionTokens:N0} of {tokens:N0} tokens used")
                    : "";
            }
        }
    }

    /// <summary>Counts what was used before, by a run that this one goes on with.</summary>
    public void Add(long promptTokens, long completionTokens)
    {
        lock (_lock)
        {
            _promptTokens += promptTokens;
            _completionTokens += completionTokens;
        }
    }

    /// <summary>Sets aside what a request may use at most; waits for others to end where it does not fit beside them.</summary>
    /// <exception cref="JobFailedException">The budget is spent.</exception>
    public async Task Reserve(int promptTokens, int completionTokens, CancellationToken cancel)
    {
        while (true)
        {
            Task settled;
            lock (_lock)
            {
                if (Fits(promptTokens, completionTokens))
                {
                    _inFlight++;
                    _promptAside += promptTokens;
                    _completionAside += completionTokens;
                    return;
                }

                if (_inFlight == 0)
                {
                    throw new JobFailedException(Message(promptTokens, completionTokens));
                }

                settled = _settled.Task;
            }

            await settled.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Puts what a request used in the place of what was set aside for it.</summary>
    public void Settle(int promptAside, int completionAside, int promptTokens, int completionTokens)
    {
        lock (_lock)
        {
            _inFlight--;
            _promptAside -= promptAside;
            _completionAside -= completionAside;
            _promptTokens += promptTokens;
            _completionTokens += completionTokens;
            _settled.SetResult();
            _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private bool Fits(long promptTokens, long completionTokens)
    {
        var prompt = _promptTokens + _promptAside + promptTokens;
        var completion = _completionTokens + _completionAside + completionTokens;
        return !(prompt + completion > options.BudgetTokens) && !(Cost(prompt, completion) > options.BudgetCost);
    }

    private double Cost(long promptTokens, long completionTokens) =>
        ((promptTokens * (options.PromptPrice ?? 0)) + (completionTokens * (options.CompletionPrice ?? 0))) / 1e6;

    private string Message(long promptTokens, long completionTokens)
    {
        var culture = CultureInfo.InvariantCulture;
        var tokens = _promptTokens + _completionTokens;
        return tokens + promptTokens + completionTokens > options.BudgetTokens
            ? string.Create(culture, $"the budget of '{options.Model}' is spent: {tokens:N0} of {options.BudgetTokens:N0} tokens (budget_tokens) are used, and the next request may take {promptTokens + completionTokens:N0}. Raise it, then run the job again: nothing is asked twice")
            : string.Create(culture, $"the budget of '{options.Model}' is spent: {Cost(_promptTokens, _completionTokens):0.####} of {options.BudgetCost:0.####} (budget_cost) are used, and the next request may cost {Cost(promptTokens, completionTokens):0.####}. Raise it, then run the job again: nothing is asked twice");
    }
}
