using System.Runtime.ExceptionServices;
using Spectre.Console;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary>Shows how far a run is: bars on a terminal, a line now and then elsewhere.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    /// <summary>Does the work on another thread while showing the run's progress; throws what the work throws.</summary>
    public static Report Watch(Run run, Func<Report> work)
    {
        Report? report = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                report = work();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        var meter = new PhaseMeter(run, TimeProvider.System);
        run.Progress.Began += meter.Begin;
        thread.Start();
        if (AnsiConsole.Profile.Out.IsTerminal && !Console.IsErrorRedirected)
        {
            Live(meter, thread);
        }
        else
        {
            Lines(meter, thread);
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return report!;
    }

    private static void Live(PhaseMeter meter, Thread thread) => AnsiConsole.Progress()
        .AutoRefresh(false)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new RateColumn(meter))
        .Start(context =>
        {
            var bars = new List<ProgressTask>();
            bool ended;
            do
            {
                ended = thread.Join(Redraw);
                var phases = meter.Phases();
                for (var i = 0; i < phases.Count; i++)
                {
                    if (bars.Count == i)
                    {
                        bars.Add(context.AddTask(Markup.Escape(phases[i].Name), maxValue: 1));
                        bars[i].State.Update<int>("phase", _ => i);
                    }

                    bars[i].Value = phases[i].Share;
                }

                context.Refresh();
            }
            while (!ended);
        });

    private static void Lines(PhaseMeter meter, Thread thread)
    {
        var told = 0;
        var wait = TimeSpan.FromSeconds(1);
        bool ended;
        do
        {
            ended = thread.Join(wait);
            wait = wait * 2 < LineInterval ? wait * 2 : LineInterval;
            var phases = meter.Phases();
            while (told < phases.Count && phases[told].Ended)
            {
                Console.Error.WriteLine(phases[told++].ToString());
            }

            if (!ended && told < phases.Count)
            {
                Console.Error.WriteLine(phases[told].ToString());
                if (meter.Models() is { Length: > 0 } models)
                {
                    Console.Error.WriteLine($"  {models}");
                }
            }
        }
        while (!ended);
        foreach (var phase in meter.Phases().Skip(told))
        {
            Console.Error.WriteLine(phase.ToString());
        }
    }

    private sealed class RateColumn(PhaseMeter meter) : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            var phases = meter.Phases();
            var at = task.State.Get<int>("phase");
            var models = at == phases.Count - 1 && !phases[at].Ended ? "  " + meter.Models() : "";
            return new Text(at < phases.Count ? phases[at].Rates + models : "").Overflow(Overflow.Ellipsis);
        }
    }
}
