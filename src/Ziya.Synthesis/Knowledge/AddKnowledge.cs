using System.Globalization;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Knowledge;

/// <summary>
/// Looks up passages of a corpus that fit an instruction and puts them before the model that is to answer: knowledge-enhanced samples. By words that both share it finds in both
/// languages, but not across them; with an embedding model also what says the same in other words, or in the other language if the model knows both. The index is built once a run, in memory, and shared by all tasks.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>The documents are cut at ends of sentences into passages of at most `passage_characters`. A record of the corpus that cannot be read ends the job and is named.</item>
/// <item>BM25 (Robertson and Zaragoza 2009, doi:10.1561/1500000019) over words in lower case and pairs of neighbouring Chinese characters (Nie and Ren 1999); words that too many passages have are not looked up.
/// With `model` also the cosines of the passages' vectors with the instruction's, all of them; the two lists are fused by ranks (<see cref="Hit"/>).</item>
/// <item>The `k` best passages of at least `min_score` go into the input or the system prompt, numbered, in the words of a prompt of the record's language. `no_knowledge`: none, with `missing: drop`.</item>
/// <item>The BM25 score and the cosine of the first passage are written as `knowledge` and `knowledge_similarity`, where it has them; the lineage keeps ids, sources, scores and cosines of all as `knowledge`, and the prompt.</item>
/// </list>
/// </remarks>
[Step("add_knowledge")]
public sealed class AddKnowledge(AddKnowledgeOptions options) : AsyncStep<Instruction, Instruction>
{
    private const string Score = "knowledge";
    private const string Similarity = "knowledge_similarity";

    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "add_knowledge"));
    private readonly KnowledgeCorpus _corpus = new(options.Corpus);
    private KnowledgeBase? _base;

    /// <inheritdoc/>
    public override int Width => options.Model is { } model ? Model<IEmbedder>(model).Width : 1;

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => options.Model is null ? [Score] : [Score, Similarity];

    /// <inheritdoc/>
    public override string Version() => _prompts.Value.Version + _corpus.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => PromptBook.Fault(() => _prompts.Value).Concat(_corpus.Faults());

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record) => options.Model is { } model ? [new ModelUse(model, 1, ModelUse.Tokens(((Instruction)record).Said()), 0)] : [];

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> UsesOnce()
    {
        // Three to four bytes a token, whether Chinese or English.
        const double BytesPerToken = 3.5;
        var tokens = _corpus.Bytes / BytesPerToken;
        return options.Model is { } model ? [new ModelUse(model, Math.Ceiling(tokens / options.PassageCharacters), tokens, 0)] : [];
    }

    /// <inheritdoc/>
    public override async Task<Verdict<Instruction>> Apply(Instruction record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        _base ??= Shared($"{string.Join('|', options.Corpus)} {Version()} {options.Model} {options.PassageCharacters} {options.K1.ToString(CultureInfo.InvariantCulture)} {options.B.ToString(CultureInfo.InvariantCulture)} {options.StopShare.ToString(CultureInfo.InvariantCulture)}", Build);

        // 2.
        var query = record.Said();
        var vector = options.Model is not { } model || string.IsNullOrWhiteSpace(query) ? null : UnitVector.Of((await Model<IEmbedder>(model).Embed(query, cancel).ConfigureAwait(false)).Vector.Span);
        var found = _base.Find(query, vector, options);
        if (found.Count == 0)
        {
            return options.Missing == "drop" ? new Drop("no_knowledge") : record;
        }

        // 3.
        var prompt = _prompts.Value.For(record, "add_knowledge/context");
        var text = prompt.Fill(("knowledge", string.Join("\n\n", found.Select((hit, at) => string.Create(CultureInfo.InvariantCulture, $"[{at + 1}] {_base.Words[hit.Passage].Text}")))));
        var before = options.Into == "input" ? record.Input : record.System;
        var after = string.IsNullOrEmpty(before) ? text : $"{before}\n\n{text}";

        // 4.
        var scores = found[0].Score is { } score ? record.Scores.With(Score, score) : record.Scores;
        record = record with
        {
            Scores = found[0].Similarity is { } similarity ? scores.With(Similarity, similarity) : scores,
            Lineage = record.Lineage.WithJson("knowledge", Provenance(found)).With("knowledge_prompt", string.Create(CultureInfo.InvariantCulture, $"{prompt.Name} v{prompt.Version}")),
        };
        return options.Into == "input" ? record with { Input = after } : record with { System = after };
    }

    private KnowledgeBase Build()
    {
        // 1.
        var index = new Bm25Index(options.K1, options.B, options.StopShare);
        foreach (var document in _corpus.Documents())
        {
            index.Add(document.Id, document.Source, Passages.Of(document.Text, options.PassageCharacters));
            if (index.Bytes > (long)options.MostMb << 20)
            {
                throw new InvalidDataException($"the corpus has more than {options.MostMb} MB of text; `most_mb` allows more, at several times as much memory");
            }
        }

        return new KnowledgeBase(index, options.Model is not { } model ? null
            : PassageVectors.Of(Model<IEmbedder>(model), index.Count, passage => index[passage].Text).GetAwaiter().GetResult());
    }

    private byte[] Provenance(List<Hit> found)
    {
        var line = new JsonLine();
        line.Raw((byte)'[');
        foreach (var (passage, score, similarity) in found)
        {
            var (id, source, _) = _base!.Words[passage];
            line.Comma();
            line.Raw((byte)'{');
            line.Name("id"u8);
            line.Text(id);
            if (source is not null)
            {
                line.Name("source"u8);
                line.Text(source);
            }

            if (score is { } byWords)
            {
                line.Name("score"u8);
                line.Number(Math.Round(byWords, 4));
            }

            if (similarity is { } byVectors)
            {
                line.Name("similarity"u8);
                line.Number(Math.Round(byVectors, 4));
            }

            line.Raw((byte)'}');
        }

        line.Raw((byte)']');
        return line.Written.ToArray();
    }
}
