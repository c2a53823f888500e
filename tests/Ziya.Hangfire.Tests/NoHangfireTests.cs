namespace Ziya.Hangfire.Tests;

public sealed class NoHangfireTests
{
    [Fact(Skip = "the package registry has no Hangfire: no run by several workers was tested")]
    public void Fleet_NoHangfire_IsNotTested()
    {
    }
}
