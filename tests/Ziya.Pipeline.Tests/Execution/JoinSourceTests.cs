using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Execution;

public sealed class JoinSourceTests
{
    [Fact]
    public void Read_TaskFailsAmongJoinedChanges_ClosesAllItReads()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", string.Concat(Enumerable.Range(1, 9).Select(i => $"{{\"id\":\"{i}\",\"text\":\"灯塔 lamp {i}\"}}\n")));
        var job = TestRun.Job(folder, "unique, append: { word: '!' }, unique: { word: again }, append: { word: '?' }, unique: { word: 'and again' }, throw_on: { word: lamp 4 }", extra: "limits: { poisoned: 0 }");
        var (opened, closed) = (new List<string>(), new List<string>());
        var store = new FaultyStore(new FileStore(folder["run"]), (call, path) => opened.AddRange(call == "open" ? [path] : []), closed.Add);

        var failure = Assert.Throws<JobFailedException>(() => TestRun.Execute(job, store, 1));

        Assert.Contains("throw_on", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, opened.Where(path => path.EndsWith(".changes.jsonl.zst", StringComparison.Ordinal)).Distinct().Count());
        Assert.Equal(Entries(opened), Entries(closed));

        // Of the others some are asked for that are not there.
        static IEnumerable<string> Entries(List<string> paths) => paths.Where(path => path.EndsWith(".zst", StringComparison.Ordinal) || path.EndsWith(".spill", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }
}
