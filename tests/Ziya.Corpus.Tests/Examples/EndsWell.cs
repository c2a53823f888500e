using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Examples;

/// <summary>Options of <c>ends_well</c>.</summary>
public sealed record EndsWellOptions
{
    /// <summary>Least share of lines that end a sentence. Default 0.12, range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinShare { get; init; } = 0.12;
}

/// <summary>Drops documents whose lines seldom end a sentence: menus, lists of links, tables.</summary>
/// <remarks>FineWeb (Penedo et al. 2024, arXiv:2406.17557) drops those with a share of at most 0.12.</remarks>
[Step("ends_well")]
public sealed class EndsWell(EndsWellOptions options) : Step<Document, Document>
{
    private const string SentenceEnds = ".?!…\"'”’。？！」』";

    /// <inheritdoc/>
    public override Verdict<Document> Apply(Document record)
    {
        int lines = 0, ended = 0;
        foreach (var line in record.Text.AsSpan().EnumerateLines())
        {
            var text = line.TrimEnd();
            lines += text.IsEmpty ? 0 : 1;
            ended += !text.IsEmpty && SentenceEnds.Contains(text[^1]) ? 1 : 0;
        }

        var share = lines == 0 ? 0 : (double)ended / lines;
        return share < options.MinShare ? Drop.Beyond("few_sentence_ends", share, options.MinShare) : record;
    }
}
