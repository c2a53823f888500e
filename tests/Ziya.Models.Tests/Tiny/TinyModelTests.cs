using Ziya.Models.Checkpoints;
using Ziya.Models.Tests.Checkpoints;
using Ziya.Models.Tiny;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Tests.Tiny;

public sealed class TinyModelTests : IDisposable
{
    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TinyFamily.Llama)]
    [InlineData(TinyFamily.GptBigCode)]
    [InlineData(TinyFamily.Reward)]
    [InlineData(TinyFamily.Embedding)]
    public void Write_SameSeedTwice_SameBytes(TinyFamily family)
    {
        foreach (var (name, seed) in new[] { ("a", 1), ("b", 1), ("c", 2) })
        {
            TinyModel.Write(_folder[name], new TinyOptions { Family = family, Seed = seed });
        }

        var weights = Path.GetFileName(Checkpoint.Open(_folder["a"]).Files[0]);
        Assert.Equal(File.ReadAllBytes(_folder["a/" + weights]), File.ReadAllBytes(_folder["b/" + weights]));
        Assert.NotEqual(File.ReadAllBytes(_folder["a/" + weights]), File.ReadAllBytes(_folder["c/" + weights]));
    }

    [Theory]
    [InlineData(TinyFamily.Llama, "<bot>", 1201)]
    [InlineData(TinyFamily.GptBigCode, "<|end|>", 1002)]
    [InlineData(TinyFamily.Reward, "[PAD]", 1200)]
    public void Write_Tokenizer_HasTheAddedTokensOfItsKind(TinyFamily family, string token, int id)
    {
        TinyModel.Write(_folder["a"], new TinyOptions { Family = family });
        var tokenizer = ModelTokenizer.Load(_folder["a"]);
        var ids = new TokenBuffer();
        tokenizer.Encode("灯塔 the keeper" + token, ids, true, true);
        Assert.Contains(id, ids.Ids.ToArray());
        Assert.InRange(ids.Ids.ToArray().Max(), 0, ModelConfig.Load(_folder["a"]).Vocabulary - 1);
    }

    [Fact]
    public void Write_VocabularySmallerThanTheTokenizer_IsRefused() =>
        Assert.Throws<InvalidDataException>(() => TinyModel.Write(_folder["a"], new TinyOptions { Family = TinyFamily.Llama, Vocabulary = 1201 }));
}
