using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text;
using Ziya.Models.Tokenization;

namespace Ziya.Cli;

/// <summary><c>ziya tokenize</c>.</summary>
internal static class TokenizeCommand
{
    public static Command Make()
    {
        var path = new Option<string>("--tokenizer") { Description = "A model's folder, tokenizer.model, tokenizer.json, or vocab.json with merges.txt beside it.", HelpName = "F", Required = true };
        var decode = new Option<bool>("--decode") { Description = "Ids on stdin to text on stdout." };
        var count = new Option<bool>("--count") { Description = "Only the number of lines, bytes and tokens, at the end." };
        var special = new Option<bool>("--special") { Description = "Names of added tokens in the text stand for them, and what the model puts around a text is put around each line." };
        var engine = new Option<TokenizerEngine>("--engine") { Description = "What turns text into ids: own, or microsoft (Microsoft.ML.Tokenizers, where the package registry has it; not exact).", HelpName = "E" };
        var command = new Command("tokenize", "Turns text on stdin into token ids on stdout, line by line.") { path, decode, count, special, engine };
        command.SetAction(parsed =>
        {
            var tokenizer = ModelTokenizer.Load(parsed.GetRequiredValue(path), new TokenizerSwitches { Engine = parsed.GetValue(engine) });
            using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false), false, 1 << 16);
            using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
            return parsed.GetValue(decode) ? Decode(tokenizer, input, output) : Encode(tokenizer, input, output, parsed.GetValue(special), parsed.GetValue(count));
        });
        return command;
    }

    private static int Encode(ModelTokenizer tokenizer, StreamReader input, StreamWriter output, bool special, bool count)
    {
        var ids = new TokenBuffer();
        Span<char> digits = stackalloc char[11];
        long lines = 0, bytes = 0, tokens = 0;
        foreach (var line in Lines(input))
        {
            ids.Clear();
            tokenizer.Encode(line, ids, special, special);
            lines++;
            bytes += Encoding.UTF8.GetByteCount(line) + 1;
            tokens += ids.Count;
            for (var i = 0; i < ids.Count && !count; i++)
            {
                ids.Ids[i].TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
                output.Write(digits[..length]);
                output.Write(i + 1 < ids.Count ? " " : "");
            }

            output.Write(count ? "" : "\n");
        }

        if (count)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lines} lines, {bytes} bytes, {tokens} tokens"));
        }

        return Exit.Done;
    }

    private static int Decode(ModelTokenizer tokenizer, StreamReader input, StreamWriter output)
    {
        var number = 0;
        foreach (var line in Lines(input))
        {
            number++;
            var ids = new List<int>();
            foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id >= tokenizer.Size)
                {
                    throw new InvalidDataException($"stdin:{number}: '{word}' is no id of this tokenizer; ids are 0 to {tokenizer.Size - 1}, with spaces between them.");
                }

                ids.Add(id);
            }

            output.WriteLine(tokenizer.Decode([.. ids], false));
        }

        return Exit.Done;
    }

    /// <summary>Lines end in a line feed; what other characters end lines elsewhere is text here.</summary>
    private static IEnumerable<string> Lines(StreamReader input)
    {
        var line = new ArrayBufferWriter<char>();
        var buffer = new char[1 << 16];
        for (int read; (read = input.Read(buffer)) > 0;)
        {
            var from = 0;
            for (int end; (end = Array.IndexOf(buffer, '\n', from, read - from)) >= 0; from = end + 1)
            {
                line.Write(buffer.AsSpan(from, end - from));
                yield return new string(line.WrittenSpan);
                line.ResetWrittenCount();
            }

            line.Write(buffer.AsSpan(from, read - from));
        }

        if (line.WrittenCount > 0)
        {
            yield return new string(line.WrittenSpan);
        }
    }
}
