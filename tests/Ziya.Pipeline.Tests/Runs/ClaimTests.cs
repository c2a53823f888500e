using System.Text.Json.Nodes;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Runs;

public sealed class ClaimTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FileStore _store;
    private readonly ManualTime _time = new();

    public ClaimTests() => _store = new FileStore(_folder["run"]);

    [Fact]
    public void Take_GivenBack_CanBeTakenAgain()
    {
        for (var i = 0; i < 3; i++)
        {
            using var claim = Claim.Take(_store, _time);
            Assert.Throws<ClaimedException>(() => Claim.Take(_store, _time));
        }

        Assert.Empty(_store.List(""));
    }

    [Fact]
    public void Renew_WhileTheRunGoesOn_KeepsTheClaim()
    {
        using var claim = Claim.Take(_store, _time);
        for (var i = 0; i < 20; i++)
        {
            _time.Pass(Claim.Lease / 3);
            Assert.False(claim.IsLost);
            Elsewhere();
            Assert.Throws<ClaimedException>(() => Claim.Take(_store, _time));
        }
    }

    [Fact]
    public void Take_AfterTheLease_IsAllowedAndTheOldOneIsLost()
    {
        using var slept = Claim.Take(_store, _time);
        Elsewhere();
        var later = new ManualTime();
        later.Pass(Claim.Lease + TimeSpan.FromSeconds(1));
        using (var taken = Claim.Take(_store, later))
        {
            _time.Pass(Claim.Lease / 3);
            Assert.True(slept.IsLost);
            Assert.False(taken.IsLost);
        }

        Assert.Null(_store.Find(Claim.Path));
    }

    [Fact]
    public void Dispose_OfALostClaim_LeavesTheOtherAlone()
    {
        var slept = Claim.Take(_store, _time);
        Elsewhere();
        var later = new ManualTime();
        later.Pass(Claim.Lease + TimeSpan.FromSeconds(1));
        using var taken = Claim.Take(_store, later);
        slept.Dispose();
        Assert.NotNull(_store.Find(Claim.Path));
        Assert.Throws<ClaimedException>(() => Claim.Take(_store, later));
    }

    [Fact]
    public void Renew_StoreThatIsAway_TriesAgain()
    {
        var away = false;
        using var claim = Claim.Take(new FaultyStore(_store, (call, _) =>
        {
            if (away && call == "replace")
            {
                throw new UnauthorizedAccessException("Access to the path is denied.");
            }
        }), _time);
        var before = _store.Find(Claim.Path)!.Version;
        away = true;
        _time.Pass(Claim.Lease / 3);
        Assert.Equal(before, _store.Find(Claim.Path)!.Version);
        away = false;
        _time.Pass(Claim.Lease / 3);
        Assert.False(claim.IsLost);
        Assert.NotEqual(before, _store.Find(Claim.Path)!.Version);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Makes the claim that of another machine, of which only the lease is known; its version stays, as the holder knows it.</summary>
    private void Elsewhere()
    {
        var path = _folder["run/claim.json"];
        var written = File.GetLastWriteTimeUtc(path);
        var claim = JsonNode.Parse(File.ReadAllText(path))!;
        claim["machine"] = "elsewhere";
        File.WriteAllText(path, claim.ToJsonString());
        File.SetLastWriteTimeUtc(path, written);

        // File systems tell times by a clock of some milliseconds: what is written next must have another.
        Thread.Sleep(20);
    }

    /// <summary>A clock that stands still until told, then calls what is due.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly List<TimerCallback> _timers = [];
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(callback);
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        /// <summary>A third of a lease at a time is a renewal each.</summary>
        public void Pass(TimeSpan time)
        {
            _now += time;
            _timers.ForEach(timer => timer(null));
        }
    }
}
