using System.CommandLine;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary>Which runs are kept, as <c>ziya clean</c> and <c>ziya serve</c> are told.</summary>
internal sealed class RetentionArguments
{
    private readonly Option<string?> _keep = new("--keep-runs") { HelpName = "TIME" };
    private readonly Option<int> _last = new("--keep-last") { HelpName = "N", Description = "The last N runs of each job are kept whatever their age. Default: 5.", DefaultValueFactory = _ => new Retention().KeepLast };
    private readonly Option<string?> _most = new("--max-size") { HelpName = "SIZE", Description = "Where the run folders together are larger, such as 20GB, the oldest go before their time. Default: no limit." };
    private readonly bool _always;

    /// <param name="always">Whether runs are to be deleted where nothing is said.</param>
    public RetentionArguments(bool always)
    {
        _always = always;
        _keep.Description = $"Runs that were written to within this time are kept, such as 30d or 12h. Default: {(always ? "30d" : "all are kept, unless --max-size is given")}.";
        _keep.Expect("a time such as 30d or 12h", text => Retention.ParseTime(text) is not null);
        _most.Expect("a size such as 20GB", text => Retention.ParseBytes(text) is not null);
        _last.Expect("a whole number", text => int.TryParse(text, out var count) && count >= 0);
    }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_keep);
        command.Add(_last);
        command.Add(_most);
    }

    /// <summary>What was said; null where nothing is to be deleted.</summary>
    public Retention? Of(ParseResult parsed)
    {
        var (keep, most) = (parsed.GetValue(_keep), parsed.GetValue(_most));
        var retention = new Retention { KeepLast = parsed.GetValue(_last), MostBytes = most is null ? null : Retention.ParseBytes(most) };
        return keep is not null ? retention with { Keep = Retention.ParseTime(keep)!.Value }
            : _always ? retention
            : most is not null ? retention with { Keep = TimeSpan.MaxValue } : null;
    }
}
