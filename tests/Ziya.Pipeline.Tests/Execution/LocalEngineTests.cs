using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Execution;

public sealed class LocalEngineTests : EngineTests
{
    protected override IEngine Engine(int workers) => new LocalEngine(workers, new TestRun.FastTime());
}
