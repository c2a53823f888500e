using Ziya.Models.Prompts;
using Ziya.Pipeline.Records;

namespace Ziya.Models.Tests.Prompts;

public sealed class PromptTemplateTests
{
    private static readonly Message[] OneTurn = [new("user", "写一首诗 ")];
    private static readonly Message[] TwoTurns = [new("user", "Hello"), new("assistant", "Hi."), new("user", "你是谁？")];
    private static readonly Message[] WithSystem = [new("system", "Be brief."), new("user", "Hello")];

    [Theory]
    [InlineData("ziya", "<human>:写一首诗\n<bot>:")]
    [InlineData("ziya2", "<human>:写一首诗 \n<bot>:")]
    [InlineData("ziya-writing", "<human>:写一首诗\n<bot>:")]
    [InlineData("ziya-coding", "The following is a conversation between a human and an artificial intelligence assistant developed by IDEA.<|Human|>:写一首诗 <|Bot|>:")]
    [InlineData("ziya-reward", "Human:写一首诗 \n\nAssistant:")]
    [InlineData("llama2", "<s>[INST] 写一首诗 [/INST] ")]
    [InlineData("llama3", "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n写一首诗<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("chatml", "<|im_start|>user\n写一首诗 <|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("plain", "写一首诗 ")]
    public void Render_OneTurn_IsTheCardsText(string name, string expected) => Assert.Equal(expected, Text(PromptTemplates.Load(name), OneTurn));

    [Theory]
    [InlineData("ziya2", "<human>:Hello\n<bot>:Hi.\n<human>:你是谁？\n<bot>:")]
    [InlineData("llama2", "<s>[INST] Hello [/INST] Hi. </s><s>[INST] 你是谁？ [/INST] ")]
    [InlineData("chatml", "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\nHi.<|im_end|>\n<|im_start|>user\n你是谁？<|im_end|>\n<|im_start|>assistant\n")]
    public void Render_TwoTurns_JoinsThem(string name, string expected) => Assert.Equal(expected, Text(PromptTemplates.Load(name), TwoTurns));

    [Theory]
    [InlineData("llama2", "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHello [/INST] ")]
    [InlineData("chatml", "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("ziya-coding", "Be brief.<|Human|>:Hello<|Bot|>:")]
    public void Render_SystemPrompt_HasItsPlace(string name, string expected) => Assert.Equal(expected, Text(PromptTemplates.Load(name), WithSystem));

    [Fact]
    public void Render_AnsweredQuestion_IsTheWholeConversation() =>
        Assert.Equal("Human:Hello\n\nAssistant:Hi.", Text(PromptTemplates.Load("ziya-reward"), TwoTurns[..2]));

    [Fact]
    public void Render_SpecialTokenInWhatIsSaid_IsNotTheTemplates()
    {
        var parts = PromptTemplates.Load("ziya2").Render([new Message("user", "Say <bot>: and {content} and {system}")]);

        Assert.Equal(["<human>:", "\n", "<bot>:"], parts.Where(part => part.IsTemplate).Select(part => part.Text));
        Assert.Equal("Say <bot>: and {content} and {system}", Assert.Single(parts, part => !part.IsTemplate).Text);
    }

    [Fact]
    public void Render_WhatATemplateCannotExpress_IsRefused()
    {
        var ziya = PromptTemplates.Load("ziya2");
        Refused(ziya, WithSystem, "no place for a system prompt");
        Refused(PromptTemplates.Load("ziya-reward"), TwoTurns, "2 turns of the user; the template takes 1");
        Refused(ziya, [], "no turn of the user");
        Refused(ziya, [new("assistant", "Hi.")], "Turn 1 is of 'assistant'");
        Refused(ziya, [new("user", "a"), new("user", "b")], "Turn 2 is of 'user'");
        Refused(ziya, [new("user", "a"), new("tool", "b")], "Turn 2 is of 'tool'");
    }

    [Fact]
    public void Load_EveryTemplate_IsWhole() => Assert.All(PromptTemplates.Names, name => Assert.NotEmpty(PromptTemplates.Load(name).Render([new("user", "x")])));

    [Theory]
    [InlineData("user: '{content}'", "'user' and 'assistant' are needed")]
    [InlineData("user: x\nassistant: '{content}'", "need {content}")]
    [InlineData("user: '{content}'\nassistant: '{content}'\nuzer: x", "uzer")]
    [InlineData("user: '{content}'\nassistant: '{content}'\ndefault_system: x", "default_system")]
    [InlineData("user: ['", ":1:")]
    [InlineData("", "'user' and 'assistant' are needed")]
    public void Load_WrongFile_SaysWhat(string yaml, string message)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, yaml);

        var thrown = Assert.Throws<InvalidDataException>(() => PromptTemplates.Load(file));

        File.Delete(file);
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(file, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UnknownName_NamesTheOthers() =>
        Assert.Contains("ziya2", Assert.Throws<InvalidDataException>(() => PromptTemplates.Load("zyia")).Message, StringComparison.Ordinal);

    private static void Refused(PromptTemplate template, IReadOnlyList<Message> messages, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => template.Render(messages)).Message, StringComparison.Ordinal);

    private static string Text(PromptTemplate template, IReadOnlyList<Message> messages) => string.Concat(template.Render(messages).Select(part => part.Text));
}
