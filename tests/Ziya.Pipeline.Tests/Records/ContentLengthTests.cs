using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Tests.Records;

public sealed class ContentLengthTests
{
    public static TheoryData<Record> Records =>
    [
        new Document { Id = "1", Text = "" },
        new Document { Id = "1", Text = "山水 and 😀" },
        new Instruction { Id = "1", Text = "" },
        new Instruction { Id = "1", Text = "写诗", Output = "春眠不觉晓" },
        new Instruction { Id = "1", Text = "Add", Input = "1 and 2", Output = "" },
        new Instruction { Id = "1", Text = "", Input = "x", Output = "y" },
        new Dialogue { Id = "1", Messages = [] },
        new Dialogue { Id = "1", Messages = [new("user", "你好"), new("assistant", ""), new("user", "bye")] },
        new Preference { Id = "1", Prompt = "p", Chosen = "好的", Rejected = "" },
    ];

    [Theory]
    [MemberData(nameof(Records))]
    public void ContentLength_AnyRecord_IsThatOfItsContent(Record record) => Assert.Equal(record.Content.Length, record.ContentLength);
}
