using System.Text.RegularExpressions;
using Ziya.Pipeline.Records;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Tests.Prompts;

public sealed partial class PromptBookTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-prompts-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void For_EveryName_IsThereInBothLanguagesWithTheSamePlaces()
    {
        var book = new PromptBook(null, "");
        Assert.NotEmpty(book.Names);
        foreach (var name in book.Names)
        {
            var (zh, en) = (book.For(Of("zh", ""), name), book.For(Of("en", ""), name));
            Assert.Equal(Places(en.User), Places(zh.User));
            Assert.Matches("[一-龥]", zh.User);
            Assert.DoesNotMatch("[一-龥]", en.User);
            Assert.Equal(($"{name}.zh", $"{name}.en"), (zh.Name, en.Name));
        }
    }

    [Fact]
    public void Fill_WhatIsFilledIn_IsNotLookedThroughAgain() =>
        Assert.Equal("A {b} {\"x\": 1} {c} {a}", new Prompt { Version = 1, User = "A {a} {\"x\": 1} {c} {b}\n" }.Fill(("a", "{b}"), ("b", "{a}")));

    [Theory]
    [InlineData(null, "写一首诗", "zh")]
    [InlineData("und", "用 Python 写一个函数 is_prime", "zh")]
    [InlineData(null, "Translate 山 into English", "en")]
    [InlineData("en", "写一首诗", "en")]
    [InlineData("zh-Hant", "write", "zh")]
    [InlineData(null, "", "en")]
    public void LanguageOf_Record_GoesByItsLanguageOrItsLetters(string? language, string text, string expected) => Assert.Equal(expected, PromptBook.LanguageOf(Of(language, text)));

    [Fact]
    public void New_UsersFolder_StandsInFront()
    {
        Write("zh/evolve/deepen.yaml", "version: 7\nsystem: 简短\nuser: '改写：{instruction}'");
        var book = new PromptBook(_folder, "evolve/");
        Assert.Equal((7, "改写：山", "简短"), (book.For(Of("zh", ""), "evolve/deepen").Version, book.For(Of("zh", ""), "evolve/deepen").Fill(("instruction", "山")), book.For(Of("zh", ""), "evolve/deepen").System));
        Assert.Equal(1, book.For(Of("en", ""), "evolve/deepen").Version);
        Assert.NotEmpty(book.Version);
        Assert.Empty(new PromptBook(null, "evolve/").Version);
    }

    [Theory]
    [InlineData("zh/evolve/depen.yaml", "version: 1\nuser: x", "there is no prompt of that name. Prompts: evolve/breadth")]
    [InlineData("en/evolve/deepen.yaml", "user: x", "'version', from 1 on, and 'user' are needed")]
    [InlineData("en/evolve/deepen.yaml", "version: 1\nuser: x\nusr: y", "deepen.yaml:3:1")]
    [InlineData("zh/evolve/deepen.yaml", "version: 2\nuser: 改写：{instructions}", "has none of the places that are filled in here: {instruction}")]
    public void New_WrongFile_SaysWhich(string path, string content, string message)
    {
        Write(path, content);
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => new PromptBook(_folder, "evolve/")).Message, StringComparison.Ordinal);
    }

    private static Instruction Of(string? language, string text) => new() { Id = "1", Text = text, Language = language };

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, path))!);
        File.WriteAllText(Path.Combine(_folder, path), content);
    }

    [GeneratedRegex(@"\{[a-z_]+\}")]
    private static partial Regex Place();
}
