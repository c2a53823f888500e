using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Scoring;
using Ziya.Models.Tests.Export;
using Ziya.Models.Tiny;

namespace Ziya.Models.Tests.Scoring;

public sealed class OnnxRowGraphTests
{
    [Theory]
    [InlineData(TinyFamily.Reward, Precision.Float32, 0, true)]
    [InlineData(TinyFamily.Reward, Precision.Int8, 0, false)]
    [InlineData(TinyFamily.Reward, Precision.Int8, 4, true)]
    [InlineData(TinyFamily.Reward, Precision.Int4, 0, true)]
    [InlineData(TinyFamily.Embedding, Precision.Float32, 0, true)]
    [InlineData(TinyFamily.Llama, Precision.Float32, 0, true)]
    [InlineData(TinyFamily.GptBigCode, Precision.Float32, 0, true)]
    public void Compute_AnyCompany_SameBits(TinyFamily family, Precision precision, int accuracyLevel, bool same)
    {
        using var model = new ExportedModel(
            new TinyOptions { Family = family, Vocabulary = 300, HasTokenizer = false, Hidden = 128, Heads = 4, Context = 1024 }, new ExportOptions { Weights = precision, AccuracyLevel = accuracyLevel });
        using var graph = OnnxRowGraph.Open(model.Target, model.Manifest, "cpu");
        var random = new Random(5);
        int[] lengths = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 127, 129, 257, 300, 700];
        var rows = lengths.Select((length, i) => NewRow(ExportedModel.Tokens(i, length), model.Manifest.Config.Task)).ToArray();
        var alone = rows.Select(row => graph.Compute([row])[0]).ToArray();

        for (var round = 0; round < 40; round++)
        {
            var chosen = Enumerable.Range(0, random.Next(2, 9)).Select(_ => random.Next(rows.Length)).ToArray();
            var together = graph.Compute([.. chosen.Select(i => rows[i])]);
            for (var i = 0; i < chosen.Length; i++)
            {
                Assert.True(
                    alone[chosen[i]].Zip(together[i]).All(pair => Math.Abs(pair.First - pair.Second) <= (same ? 0 : 1e-5)),
                    $"length {lengths[chosen[i]]} among {string.Join(", ", chosen.Select(at => lengths[at]))}");
            }
        }
    }

    private static Row NewRow(int[] ids, ModelTask task) => new(ids, task == ModelTask.Generate ? Math.Min(1, ids.Length) : 0, 0, default);
}
