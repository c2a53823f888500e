using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Tests.Code;

/// <summary>Code that means harm. What a machine lacks is said by the skip.</summary>
public sealed class SandboxTests
{
    private static readonly SandboxLimits Limits = new() { Seconds = 2, MemoryMb = 256 };

    [Fact]
    public async Task Run_Script_GivesOutputsAndExitCode()
    {
        var result = await Sandbox.OfThisMachine.Run(new("a.txt", "你好\n", "cat a.txt; echo oops >&2; exit 3", []), Limits, default);
        Assert.Equal((3, "你好\n", "oops\n", null), (result.Exit, result.Output, result.Messages, result.Stopped));
    }

    [Theory]
    [InlineData("endless loop", "while :; do :; done", "timeout")]
    [InlineData("endless sleep", "sleep 1000", "timeout")]
    [InlineData("one gigabyte of output", "head -c 1000000000 /dev/zero", "output_limit")]
    [InlineData("one gigabyte of messages", "head -c 1000000000 /dev/zero >&2", "output_limit")]
    public async Task Run_OverTheLimit_IsStopped(string what, string script, string reason)
    {
        var result = await Sandbox.OfThisMachine.Run(new("main", "", script, []), Limits with { Seconds = what == "endless sleep" ? 0 : 2 }, default);
        Assert.Equal(reason, result.Stopped);
        Assert.True(result.Output.Length <= Limits.OutputBytes, what);
    }

    [Theory]
    [InlineData("the user's files", "cat /etc/passwd")]
    [InlineData("the user's home", "ls /root /home")]
    [InlineData("writing outside", "echo x > /usr/bin/x || echo x > /etc/x || echo x > /x")]
    [InlineData("other processes", "test $(ls -d /proc/[0-9]* | wc -l) -gt 6")]
    [InlineData("killing the parent", "kill -9 1 && sleep 1")]
    [InlineData("another user", "setpriv --reuid 0 true || unshare --user --map-root-user mount -t tmpfs none /usr")]
    [InlineData("a larger limit", "ulimit -n 100000")]
    public async Task Run_Isolated_CannotReach(string what, string script)
    {
        Isolated();
        var result = await Sandbox.OfThisMachine.Run(new("main", "", script, []), Limits, default);
        Assert.True(result.Exit != 0, $"{what}: {result.Output}");
        Assert.False(File.Exists("/usr/bin/x") || File.Exists("/etc/x") || File.Exists("/x"));
    }

    [Theory]
    [InlineData("network", "import socket; socket.create_connection(('127.0.0.1', PORT), 2)")]
    [InlineData("memory", "x = bytearray(1 << 30); print(len(x))")]
    [InlineData("files", "open('a', 'wb').write(bytes(100 << 20))")]
    [InlineData("many files", "for i in range(20): open(str(i), 'wb').write(bytes(10 << 20))")]
    [InlineData("other files", "open('/etc/shadow')")]
    public async Task Run_Python_CannotHave(string what, string code)
    {
        Isolated();
        var python = Tool.Find("python3");
        Assert.SkipWhen(python is null, "no python3 on this machine");
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var result = await Sandbox.OfThisMachine.Run(new("main.py", code.Replace("PORT", $"{port}", StringComparison.Ordinal), "python3 -I main.py", [python]), Limits, default);
        Assert.True(result.Exit != 0, what);
        Assert.False(listener.Pending());
        Assert.Contains("Error", result.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ForkBomb_EndsAndLeavesNothing()
    {
        Isolated();
        var bomb = Sandbox.OfThisMachine.Run(new("main", "", "f() { f | f & }; f; sleep 3; exit 1", []), Limits with { Seconds = 1 }, default);
        var beside = await Sandbox.OfThisMachine.Run(new("main", "", "(echo a) | cat; exit 0", []), Limits, default);
        Assert.Equal((0, "a\n"), (beside.Exit, beside.Output));
        var result = await bomb;
        Assert.True(result.Exit != 0);
    }

    [Fact]
    public async Task Run_ManyProcessesOfMuchMemory_AreStoppedTogether()
    {
        Isolated();
        var python = Tool.Find("python3");
        Assert.SkipWhen(python is null, "no python3 on this machine");
        const string Code = "import os, time\nfor i in range(8):\n    if os.fork() == 0:\n        x = bytearray(os.urandom(1 << 20)) * 100\n        time.sleep(20)\n        os._exit(0)\ntime.sleep(20)";
        var result = await Sandbox.OfThisMachine.Run(new("main.py", Code, "python3 -I main.py", [python]), Limits, default);
        Assert.Equal("memory", result.Stopped);
    }

    [Fact]
    public async Task Run_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Sandbox.OfThisMachine.Run(new("main", "", "sleep 100", []), Limits, stop.Token));
    }

    [Fact]
    public async Task Run_WithoutBubblewrap_IsBoundedAndSaysWhatItLacks()
    {
        var sandbox = LimitedSandbox.Open();
        Assert.False(sandbox.Isolates);
        Assert.Contains("not isolated", sandbox.Description, StringComparison.Ordinal);
        var result = await sandbox.Run(new("main.sh", "touch left-behind; echo 你好 >&2; pwd >&2; exit 4", "bash main.sh", []), Limits, default);
        Assert.Equal((4, "你好\n/tmp\n"), (result.Exit, result.Messages));
        Assert.Equal("timeout", (await sandbox.Run(new("main.sh", "", "while :; do :; done", []), Limits with { Seconds = 1 }, default)).Stopped);
        Assert.DoesNotContain(Directory.GetDirectories(Path.GetTempPath(), "ziya-code-*"), folder => File.Exists(Path.Combine(folder, "left-behind")));
    }

    private static void Isolated() => Assert.SkipUnless(Sandbox.OfThisMachine.Isolates, $"no sandbox on this machine: {BubblewrapSandbox.Missing}");
}
