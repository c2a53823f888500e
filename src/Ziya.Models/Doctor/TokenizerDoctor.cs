using System.Text.Json;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Doctor;

/// <summary>Whether the tokenizer belongs to the model and does what it should.</summary>
internal static class TokenizerDoctor
{
    /// <summary>Lines {"text": ..., "ids": [...]} that another program's tokenizer gave, without begin and end tokens.</summary>
    private const string ReferenceFile = "tokenizer_reference.jsonl";

    // Rows are filled up to a multiple of 64 to 512.
    private const int MostPadding = 1024;

    private static readonly string[] Samples =
    [
        "Hello, world! It's 2026-11-24; see https://example.com/a?b=c&d=100%.",
        "你好，世界！北京大学的学生在2026年毕业，GDP增长5.2%。",
        "def f(x):\n    return x ** 2  # 平方\n\n\tend",
        "中英 mixed 文本 with emoji 😀👨‍👩‍👧 and rare 𠮷龘 characters ~~~~ ====",
        "  two spaces first, ends with one ",
    ];

    public static IEnumerable<Finding> Vocabulary(Patient patient)
    {
        var (tokens, rows) = (patient.Tokenizer.Size, patient.Config.Vocabulary);
        yield return tokens > rows
            ? Finding.Fault("vocabulary", $"the tokenizer has {tokens:N0} tokens, the model rows for {rows:N0}: they do not belong together.", "Take the tokenizer's files of the same download as the weights. The Ziya models each have their own.")
            : rows - tokens > MostPadding
            ? Finding.Warning("vocabulary", $"{tokens:N0} tokens, {rows:N0} rows: more than padding. The {rows - tokens:N0} rows behind the tokens are never chosen.", "Take the tokenizer's files of the same download as the weights: LLaMA's own 32,000 tokens are not those of the Ziya models, which have 39,410.")
            : tokens < rows
            ? Finding.Ok("vocabulary", $"{tokens:N0} tokens, {rows:N0} rows: the {rows - tokens:N0} rows behind the tokens were never trained, and are never chosen")
            : Finding.Ok("vocabulary", $"{tokens:N0} tokens, as many rows");
    }

    public static IEnumerable<Finding> Specials(Patient patient)
    {
        var (tokenizer, config) = (patient.Tokenizer, patient.Config);
        var added = string.Join(", ", tokenizer.Added.Take(12).Select(token => FormattableString.Invariant($"{token.Content} {token.Id}")));
        yield return Finding.Ok("added tokens", $"{(added.Length == 0 ? "none" : added)}{(tokenizer.Added.Count > 12 ? FormattableString.Invariant($" and {tokenizer.Added.Count - 12} more") : "")}");
        yield return Finding.Ok("ends", $"a text begins with {Ids(tokenizer.Before)} and ends with {Ids(tokenizer.After)}; answers end at {Ids([.. config.EosIds.Concat(tokenizer.EosId is { } end ? [end] : []).Distinct()])}");
        if (config.EosIds.Count > 0 && tokenizer.EosId is { } eos && !config.EosIds.Contains(eos))
        {
            yield return Finding.Warning("ends", $"config.json ends texts with {Ids(config.EosIds)}, the tokenizer with {eos}: both end an answer.", "Where one of them is wrong, correct config.json or tokenizer_config.json.");
        }

        foreach (var id in config.EosIds.Append(config.BosId ?? 0).Append(config.PadId ?? 0).Where(id => id >= config.Vocabulary).Distinct())
        {
            yield return Finding.Warning("ends", $"config.json names token {id}, and the model has {config.Vocabulary} rows.");
        }
    }

    public static IEnumerable<Finding> Texts(Patient patient)
    {
        var tokenizer = patient.Tokenizer;
        var changed = Samples.Where(text => tokenizer.Decode(tokenizer.Encode(text)) != text).ToList();
        var (characters, tokens) = (Samples.Sum(text => text.Length), Samples.Sum(text => tokenizer.Encode(text).Length));
        yield return changed.Count == 0
            ? Finding.Ok("tokenizer", $"{Samples.Length} Chinese and English samples come back as they were, {(double)characters / tokens:N2} characters a token")
            : Finding.Warning("tokenizer", $"{changed.Count} of {Samples.Length} samples do not come back as they were, first '{changed[0]}' as '{tokenizer.Decode(tokenizer.Encode(changed[0]))}'.", "Tokenizers that normalize text do that; others should not.");
        if (TokenizerEngines.HasMicrosoft)
        {
            yield return Microsoft(patient);
        }

        var path = Path.Combine(patient.Folder, ReferenceFile);
        if (File.Exists(path))
        {
            yield return Reference(tokenizer, path);
        }
    }

    private static Finding Microsoft(Patient patient)
    {
        try
        {
            var theirs = ModelTokenizer.Load(patient.Folder, new TokenizerSwitches { Engine = TokenizerEngine.Microsoft });
            var differing = Samples.Where(text => !theirs.Encode(text).SequenceEqual(patient.Tokenizer.Encode(text))).ToList();
            return differing.Count == 0
                ? Finding.Ok("other engine", $"Microsoft.ML.Tokenizers gives the same ids on the {Samples.Length} samples")
                : Finding.Ok("other engine", $"Microsoft.ML.Tokenizers gives other ids on {differing.Count} of {Samples.Length} samples, first '{differing[0].ReplaceLineEndings("\\n").Replace("\t", "\\t", StringComparison.Ordinal)}'; it is not used");
        }
        catch (InvalidDataException exception)
        {
            return Finding.Ok("other engine", $"{exception.Message}");
        }
    }

    private static Finding Reference(ModelTokenizer tokenizer, string path)
    {
        var (lines, differing, first) = (0, 0, 0);
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
        {
            lines++;
            try
            {
                using var json = JsonDocument.Parse(line);
                var ids = new TokenBuffer();
                tokenizer.Encode(json.RootElement.GetProperty("text").GetString()!, ids, parseSpecial: true, addEnds: false);
                if (!json.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).SequenceEqual(ids.Ids.ToArray()))
                {
                    differing++;
                    first = first == 0 ? lines : first;
                }
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                throw new InvalidDataException($"{path}:{lines}: is no line {{\"text\": …, \"ids\": […]}}: {exception.Message}", exception);
            }
        }

        return differing == 0
            ? Finding.Ok("reference", $"{lines:N0} lines of {ReferenceFile}: the same ids")
            : Finding.Fault("reference", $"{differing:N0} of {lines:N0} lines of {ReferenceFile} get other ids, line {first} first.", "The tokenizer's files are not those the reference was made with, or a switch is missing (add_prefix_space, legacy, digits).");
    }

    private static string Ids(IReadOnlyList<int> ids) => ids.Count == 0 ? "nothing" : string.Join(", ", ids);
}
