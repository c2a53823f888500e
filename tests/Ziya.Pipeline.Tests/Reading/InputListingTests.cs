using Ziya.Pipeline.Reading;

namespace Ziya.Pipeline.Tests.Reading;

public sealed class InputListingTests
{
    [Theory]
    [InlineData(0, 4L << 20)]
    [InlineData(1L << 30, 4L << 20)]
    [InlineData(16L << 30, 64L << 20)]
    [InlineData(1L << 40, 256L << 20)]
    [InlineData(10_000_000_000_000, 1_000_000_000)]
    public void SplitOf_SizeOfTheInput_GivesEnoughShardsAndNotTooMany(long total, long split) => Assert.Equal(split, InputListing.SplitOf(total));
}
