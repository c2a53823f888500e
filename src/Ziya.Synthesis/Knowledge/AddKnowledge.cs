using System.Globalization;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Knowledge;

/// <summary>
/// Looks up passages of a corpus that fit an instruction and puts them before the model that is to answer: knowledge-enhanced samples. What is found by words that both share is found in both
/// languages, but not across them. The index is built once a run, in memory, and shared by all tasks.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>The documents are cut at ends of sentences into passages of at most `passage_characters`. A record of the corpus that cannot be read ends the job and is named.</item>
/// <item>BM25 (Robertson and Zaragoza 2009, doi:10.1561/1500000019) over words in lower case and pairs of neighbouring Chinese characters (Nie and Ren 1999); words that too many passages have are not looked up.</item>
/// <item>The `k` best passages of at least `min_score` go into the input or the system prompt, numbered, in the words of a prompt of the record's language. `no_knowledge`: none, with `missing: drop`.</item>
/// <item>The score of the best is written as `knowledge`; the lineage keeps ids, sources and scores of all as `knowledge`, and the prompt.</item>
/// </list>
/// </remarks>
[Step("add_knowledge")]
public sealed class AddKnowledge(AddKnowledgeOptions options) : Step<Instruction, Instruction>
{
    private const string Score = "knowledge";

    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "add_knowledge"));
    private readonly KnowledgeCorpus _corpus = new(options.Corpus);
    private Bm25Index? _index;

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [Score];

    /// <inheritdoc/>
    public override string Version() => _prompts.Value.Version + _corpus.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => PromptBook.Fault(() => _prompts.Value).Concat(_corpus.Faults());

    /// <inheritdoc/>
    public override Verdict<Instruction> Apply(Instruction record)
    {
        ArgumentNullException.ThrowIfNull(record);
        _index ??= Shared($"{string.Join('|', options.Corpus)} {Version()} {options.PassageCharacters} {options.K1.ToString(CultureInfo.InvariantCulture)} {options.B.ToString(CultureInfo.InvariantCulture)} {options.StopShare.ToString(CultureInfo.InvariantCulture)}", Build);

        // 2.
        var found = _index.Find(record.Said(), options.K).Where(hit => hit.Score >= options.MinScore).ToList();
        if (found.Count == 0)
        {
            return options.Missing == "drop" ? new Drop("no_knowledge") : record;
        }

        // 3.
        var prompt = _prompts.Value.For(record, "add_knowledge/context");
        var text = prompt.Fill(("knowledge", string.Join("\n\n", found.Select((hit, at) => string.Create(CultureInfo.InvariantCulture, $"[{at + 1}] {_index[hit.Passage].Text}")))));
        var before = options.Into == "input" ? record.Input : record.System;
        var after = string.IsNullOrEmpty(before) ? text : $"{before}\n\n{text}";

        // 4.
        record = record with
        {
            Scores = record.Scores.With(Score, found[0].Score),
            Lineage = record.Lineage.WithJson("knowledge", Provenance(found)).With("knowledge_prompt", string.Create(CultureInfo.InvariantCulture, $"{prompt.Name} v{prompt.Version}")),
        };
        return options.Into == "input" ? record with { Input = after } : record with { System = after };
    }

    private Bm25Index Build()
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

        return index;
    }

    private byte[] Provenance(List<(int Passage, double Score)> found)
    {
        var line = new JsonLine();
        line.Raw((byte)'[');
        foreach (var (passage, score) in found)
        {
            var (id, source, _) = _index![passage];
            line.Comma();
            line.Raw((byte)'{');
            line.Name("id"u8);
            line.Text(id);
            if (source is not null)
            {
                line.Name("source"u8);
                line.Text(source);
            }

            line.Name("score"u8);
            line.Number(Math.Round(score, 4));
            line.Raw((byte)'}');
        }

        line.Raw((byte)']');
        return line.Written.ToArray();
    }
}
