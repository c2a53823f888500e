using System.Diagnostics;
using System.Globalization;

namespace Ziya.Benchmarks.Serve;

/// <summary>
/// <c>serve pages TASKS [STORAGE]</c>: how long the pages of a run of so many tasks take, while ten a second of them end. <c>serve watch BROWSERS SECONDS [TASKS]</c>: what as many browsers cost that follow it,
/// each asking for its page every two seconds as the pages' script does, in processor time of the server. <c>serve browse URL BROWSERS SECONDS RUN</c>: the browsers alone, of another server's list and run. <c>serve dashboard JOBS CONNECTION</c>: how long Hangfire's dashboard takes with as many jobs in
/// an empty database.
/// </summary>
internal static class ServeBenchmark
{
    private const int Warm = 20;

    /// <summary>Runs it; the exit code.</summary>
    public static int Run(string[] arguments) => arguments switch
    {
        ["host", var folder, var storage, var roles] => ServedChild.Host(folder, storage, roles).GetAwaiter().GetResult(),
        ["pages", var tasks, .. var storage] => Pages(int.Parse(tasks, CultureInfo.InvariantCulture), storage.FirstOrDefault("memory")).GetAwaiter().GetResult(),
        ["watch", var browsers, var seconds, .. var tasks] => Watch(
            int.Parse(browsers, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture), int.Parse(tasks.FirstOrDefault("2000"), CultureInfo.InvariantCulture)).GetAwaiter().GetResult(),
        ["browse", var url, var browsers, var seconds, var run] => BrowseOther(new Uri(url), run, int.Parse(browsers, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture)).GetAwaiter().GetResult(),
#if HAS_HANGFIRE
        ["dashboard", var jobs, var connection] => Dashboard(int.Parse(jobs, CultureInfo.InvariantCulture), connection).GetAwaiter().GetResult(),
#endif
        _ => Usage(),
    };

    private static int Usage()
    {
        Console.Error.WriteLine("serve pages TASKS [STORAGE] | watch BROWSERS SECONDS [TASKS] | browse URL BROWSERS SECONDS RUN | dashboard JOBS CONNECTION");
        return 2;
    }

    private static async Task<int> Pages(int tasks, string storage)
    {
        var root = Directory.CreateTempSubdirectory("ziya-serve").FullName;
        using var run = new LargeRun(root, tasks);
        using var server = new ServedChild(root, storage, "web");
        using var web = new HttpClient { BaseAddress = server.Url, Timeout = TimeSpan.FromMinutes(2) };
        using var going = new CancellationTokenSource();
        var growth = Grow(run, going.Token);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Tasks} tasks, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"));
        string[] paths = ["/", $"/runs/{run.Name}", $"/runs/{run.Name}/tasks?phase={run.Phase}&from=400", $"/runs/{run.Name}/log", "/api/runs", $"/api/runs/{run.Name}", $"/api/runs/{run.Name}/report", "/metrics", "/models", "/hangfire", "/hangfire/jobs/enqueued"];
        foreach (var path in paths)
        {
            await Once(web, server, path, 1, "first");
        }

        // The first look at all markers goes on aside.
        var counting = Stopwatch.StartNew();
        while ((await web.GetStringAsync($"/runs/{run.Name}")).Contains("being counted", StringComparison.Ordinal))
        {
            await Task.Delay(200);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"counted after {counting.Elapsed.TotalSeconds:0.0} s, {server.Cpu.TotalSeconds:0.0} s of the processors so far, {server.Bytes >> 20} MB"));
        foreach (var path in paths)
        {
            await Once(web, server, path, Warm, "then");
        }

        var (before, idle) = (server.Cpu, Stopwatch.StartNew());
        while (idle.Elapsed.TotalSeconds < 20)
        {
            await web.GetStringAsync($"/runs/{run.Name}");
            await Task.Delay(2000);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one who follows it: {(server.Cpu - before) / idle.Elapsed:P1} of a core, {server.Bytes >> 20} MB"));
        going.Cancel();
        await growth;
        Directory.Delete(root, true);
        return 0;
    }

#if HAS_HANGFIRE
    private static async Task<int> Dashboard(int jobs, string connection)
    {
        var root = Directory.CreateTempSubdirectory("ziya-serve").FullName;
        using (var server = new ServedChild(root, connection, "web"))
        {
            FullQueue.Fill(connection, jobs);
            using var web = new HttpClient { BaseAddress = server.Url, Timeout = TimeSpan.FromMinutes(2) };
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{jobs} jobs, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"));
            var deep = $"?from={Math.Max(0, (jobs / 2) - 100)}&count=50";
            foreach (var path in new[] { "", "/jobs/enqueued", "/jobs/enqueued/nobody", "/jobs/enqueued/nobody" + deep, "/jobs/succeeded", "/jobs/succeeded" + deep, "/servers", "/recurring" })
            {
                await Once(web, server, "/hangfire" + path, 1, "first");
                await Once(web, server, "/hangfire" + path, Warm, "then");
            }
        }

        Directory.Delete(root, true);
        return 0;
    }

#endif
    private static async Task<int> Watch(int browsers, int seconds, int tasks)
    {
        var root = Directory.CreateTempSubdirectory("ziya-serve").FullName;
        using var run = new LargeRun(root, tasks);
        using var server = new ServedChild(root, "memory", "web");
        using var going = new CancellationTokenSource();
        var growth = Grow(run, going.Token);
        using (var one = new HttpClient { BaseAddress = server.Url })
        {
            // What is compiled at the first requests is no cost of watching.
            for (var i = 0; i < 300; i++)
            {
                await one.GetStringAsync(i % 2 == 0 ? "/" : $"/runs/{run.Name}");
            }
        }

        // Nor what is compiled again, better, a while later.
        await Task.Delay(TimeSpan.FromSeconds(10));
        var (alone, watch) = (server.Cpu, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(seconds / 2));
        var quiet = (server.Cpu - alone) / watch.Elapsed;
        (alone, watch) = (server.Cpu, Stopwatch.StartNew());
        var requests = await Browse(server.Url, ["/", $"/runs/{run.Name}"], browsers, seconds);
        var busy = (server.Cpu - alone) / watch.Elapsed;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{browsers} browsers, {run.Tasks} tasks: {requests / watch.Elapsed.TotalSeconds:0.0} requests a second, {(busy - quiet):P2} of a core more than the {quiet:P2} without them, {(server.Cpu - alone).TotalMilliseconds / requests:0.00} ms of the processors each; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"));
        going.Cancel();
        await growth;
        Directory.Delete(root, true);
        return 0;
    }

    private static async Task<int> BrowseOther(Uri url, string run, int browsers, int seconds)
    {
        Console.WriteLine($"{await Browse(url, ["/", $"/runs/{run}"], browsers, seconds)} requests");
        return 0;
    }

    /// <summary>How many requests so many browsers made in the time, each of one of the pages.</summary>
    private static async Task<int> Browse(Uri url, IReadOnlyList<string> pages, int browsers, int seconds)
    {
        var (requests, watch) = (0, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, browsers).Select(async number =>
        {
            using var browser = new HttpClient { BaseAddress = url };
            await Task.Delay(20 * number);
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                await browser.GetByteArrayAsync(pages[number % pages.Count]);
                Interlocked.Increment(ref requests);
                await Task.Delay(2000);
            }
        }));
        return requests;
    }

    private static Task Grow(LargeRun run, CancellationToken cancel) => Task.Run(
        async () =>
        {
            while (!cancel.IsCancellationRequested)
            {
                run.End(1);
                await Task.Delay(100);
            }
        },
        CancellationToken.None);

    private static async Task Once(HttpClient web, ServedChild server, string path, int times, string which)
    {
        var (cpu, walls, bytes) = (server.Cpu, new List<double>(), 0);
        for (var i = 0; i < times; i++)
        {
            var watch = Stopwatch.StartNew();
            using var answer = await web.GetAsync(path);
            bytes = (await answer.Content.ReadAsByteArrayAsync()).Length;
            walls.Add(watch.Elapsed.TotalMilliseconds);
            if (!answer.IsSuccessStatusCode)
            {
                Console.WriteLine($"{path}: {answer.StatusCode}");
            }
        }

        walls.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{which,-6}{walls[times / 2],7:0} ms, at most {walls[^1],6:0}; {(server.Cpu - cpu).TotalMilliseconds / times,7:0.0} ms of the processors; {bytes / 1e3,6:0} kB  {path}"));
    }
}
