using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Ziya.Models.Protos;
using Ziya.Models.Tokenization;
using Ziya.Models.Tokenization.Training;

namespace Ziya.Models.Tests.Tokenization.Training;

public sealed class VocabularyExtensionTests : IDisposable
{
    private const int Base = 1200;

    private static readonly string Samples = Path.Combine(Root(), "samples", "tokenizers");
    private static readonly byte[] Model = File.ReadAllBytes(Path.Combine(Samples, "llama", "tokenizer.model"));
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Samples, "lines.txt"));

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-extend-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    /// <summary>The oracle: with each new token written as the bytes of its character, it is what the old vocabulary gives.</summary>
    [Fact]
    public void Extend_AnyText_DiffersOnlyWhereBytesWere()
    {
        var (before, after, added) = Extended(2000);

        Assert.True(added.Count > 300);
        foreach (var line in Lines.Concat(["", "雨停了。", "Only English, no 'other' text.", "龘龘一龘", "\ud800中"]))
        {
            var spelled = after.Encode(line).SelectMany(id => id < Base ? [id] : Encoding.UTF8.GetBytes(added[id - Base].ToString()).Select(value => before.IdOf($"<0x{value:X2}>")!.Value));

            Assert.Equal(before.Encode(line), spelled);

            // Spaces are written as ▁, which so cannot come back.
            Assert.Equal(line.Replace('\ud800', '\ufffd').Replace('▁', ' '), after.Decode(after.Encode(line)));
        }
    }

    [Fact]
    public void Extend_Characters_AreAddedOnceTheMostFrequentFirstBelowAllOthers()
    {
        var counts = new CharacterCounts();
        counts.Add("龘龘龘靐靐齉的的的的的ab。");

        var extended = SentencePieceModel.Parser.ParseFrom(VocabularyExtension.Extend(Model, counts.InOrder().Select(one => one.Character), Base + 2, out var added));

        // 的 and 。 are pieces already; 齉 is one too many; letters are not counted.
        Assert.Equal(12, counts.Total);
        Assert.Equal(["龘", "靐"], added.Select(rune => rune.ToString()));
        Assert.Equal(["龘", "靐"], extended.Pieces.Skip(Base).Select(piece => piece.Piece_));
        var lowest = extended.Pieces.Take(Base).Min(piece => piece.Score);
        Assert.True(extended.Pieces[Base].Score < lowest && extended.Pieces[Base + 1].Score < extended.Pieces[Base].Score);
        Assert.Equal(Base + 2, extended.Trainer.VocabularySize);
    }

    [Fact]
    public void Extend_WhatTheModelFileSaysElse_Survives()
    {
        var before = SentencePieceModel.Parser.ParseFrom(Model);
        var after = SentencePieceModel.Parser.ParseFrom(VocabularyExtension.Extend(Model, [new Rune('龘')], Base + 1, out _));
        after.Pieces.RemoveAt(Base);
        after.Trainer.VocabularySize = before.Trainer.VocabularySize;

        Assert.Equal(before, after);
    }

    [Fact]
    public void Encode_BesideSentencePieceItself_GivesTheSameIds()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(path => Path.Combine(path, "spm_encode")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "SentencePiece's own spm_encode is not on this machine (Debian: apt-get install sentencepiece)");
        var (_, after, _) = Extended(2000);
        var lines = Lines.Where(line => line.Length > 0 && !line.Contains('\r', StringComparison.Ordinal) && !line.Contains('\0', StringComparison.Ordinal)).ToList();

        var ids = Run(program!, $"--model={_folder}/tokenizer.model --output_format=id", string.Join('\n', lines) + "\n").TrimEnd('\n').Split('\n');

        Assert.Equal(lines.Select(line => string.Join(' ', after.Encode(line))), ids);
        Assert.Equal(
            lines.Select(line => line.Replace('▁', ' ').TrimStart(' ')).ToList(),
            Run(program!.Replace("spm_encode", "spm_decode", StringComparison.Ordinal), $"--model={_folder}/tokenizer.model --input_format=id", string.Join('\n', ids) + "\n").TrimEnd('\n').Split('\n').Select(line => line.TrimStart(' ')));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no model at all")]
    public void Extend_WhatIsNoModel_IsRefused(string content) =>
        Assert.Throws<InvalidDataException>(() => VocabularyExtension.Extend(Encoding.UTF8.GetBytes(content), [new Rune('龘')], 10, out _));

    [Fact]
    public void Extend_AUnigramModel_IsRefused()
    {
        var model = SentencePieceModel.Parser.ParseFrom(Model);
        model.Trainer.Model = SentencePieceTrainer.Types.Model.Unigram;

        Assert.Throws<InvalidDataException>(() => VocabularyExtension.Size(Google.Protobuf.MessageExtensions.ToByteArray(model)));
    }

    [Fact]
    public void Write_FolderWithAddedTokens_MovesThemBehindTheNewPieces()
    {
        var from = Path.Combine(_folder, "from");
        Directory.CreateDirectory(from);
        File.WriteAllBytes(Path.Combine(from, "tokenizer.model"), Model);
        File.WriteAllText(Path.Combine(from, "added_tokens.json"), """{"<bot>": 1201, "<human>": 1200}""");
        File.WriteAllText(Path.Combine(from, "tokenizer_config.json"), """{"add_bos_token": true, "added_tokens_decoder": {"2": {"content": "</s>"}, "1200": {"content": "<human>"}, "1201": {"content": "<bot>"}}}""");
        var to = Path.Combine(_folder, "to");

        Assert.Equal(3, ExtendedFolder.AddedIn(from, ["<bot>", "<pad>"]));
        ExtendedFolder.Write(from, VocabularyExtension.Extend(Model, [new Rune('龘')], Base + 1, out _), ["<bot>", "<pad>"], to);

        var tokenizer = ModelTokenizer.Load(to);
        Assert.Equal([1201, 1202, 1203], new[] { "<human>", "<bot>", "<pad>" }.Select(name => tokenizer.IdOf(name)!.Value));
        Assert.Equal(1200, tokenizer.IdOf("龘"));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(to, "tokenizer_config.json")))!;
        Assert.Equal(["2", "1201", "1202"], config["added_tokens_decoder"]!.AsObject().Select(token => token.Key));
        Assert.True((bool)config["add_bos_token"]!);
    }

    private (SentencePieceTokenizer Before, SentencePieceTokenizer After, IReadOnlyList<Rune> Added) Extended(int size)
    {
        var counts = new CharacterCounts();
        foreach (var line in Lines.Concat(Directory.GetFiles(Path.Combine(Root(), "samples", "corpus"), "*.jsonl").SelectMany(File.ReadAllLines)))
        {
            counts.Add(line);
        }

        File.WriteAllBytes(Path.Combine(_folder, "tokenizer.model"), VocabularyExtension.Extend(Model, counts.InOrder().Select(one => one.Character), size, out var added));
        return (SentencePieceTokenizer.Load(Path.Combine(Samples, "llama", "tokenizer.model")), SentencePieceTokenizer.Load(Path.Combine(_folder, "tokenizer.model")), added);
    }

    private static string Run(string program, string arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = Encoding.UTF8 })!;
        var output = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return output.GetAwaiter().GetResult();
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Ziya.Pipeline.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
