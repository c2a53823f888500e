using Ziya.Synthesis.Code;

namespace Ziya.Synthesis.Tests.Code;

public sealed class CodeBlockTests
{
    [Theory]
    [InlineData("下面是代码：\n```python\nprint('你好')\n```\n运行即可。", "python", "print('你好')\n")]
    [InlineData("Here it is:\n\n```C++\nint x;\n```", "c++", "int x;\n")]
    [InlineData("```{.rust .numberLines}\nfn f() {}\n```", "rust", "fn f() {}\n")]
    [InlineData("```{python}\nx = 1\n```", "python", "x = 1\n")]
    [InlineData("```Python 代码如下\nx = 1\n```", "python", "x = 1\n")]
    [InlineData("```java：\nint x;\n```", "java", "int x;\n")]
    [InlineData("~~~sql\nselect 1;\n~~~", "sql", "select 1;\n")]
    [InlineData("```\nx\n```", "", "x\n")]
    [InlineData("```代码\nx\n```", "", "x\n")]
    [InlineData("1. 第一步\n   ```python\n   if x:\n       y()\n\n   ```\n2. 第二步", "python", "if x:\n    y()\n\n")]
    [InlineData("````markdown\n```python\nx\n```\n````", "markdown", "```python\nx\n```\n")]
    [InlineData("```go\r\npackage main\r\n```\r\n", "go", "package main\n")]
    [InlineData("被截断的回答\n```python\nx = 1\ny =", "python", "x = 1\ny =\n")]
    public void In_OneBlock_GivesTagAndCode(string text, string tag, string code)
    {
        var block = Assert.Single(CodeBlock.In(text));
        Assert.Equal((tag, code), (block.Tag, block.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("没有代码，只有 `inline` 和 ``double``。")]
    [InlineData("```inline``` in a sentence")]
    public void In_NoFence_IsEmpty(string text) => Assert.Empty(CodeBlock.In(text));

    [Fact]
    public void In_SeveralBlocks_KeepsTheirOrder()
    {
        var blocks = CodeBlock.In("先安装：\n```bash\npip install x\n```\n再运行 then run\n```py\nimport x\n```\n输出\n```text\n1\n```");
        Assert.Equal(["bash", "py", "text"], blocks.Select(block => block.Tag));
    }

    [Fact]
    public void In_NoiseOfFences_NeverFailsAndLosesNoCode()
    {
        var random = new Random(7);
        string[] parts = ["```", "````", "~~~", "```python", "   ```", "中文", "x = 1", "", "\t```c", "`a`"];
        for (var round = 0; round < 2000; round++)
        {
            var text = string.Join('\n', Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            foreach (var block in CodeBlock.In(text))
            {
                Assert.All(block.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains(line, text, StringComparison.Ordinal));
            }
        }
    }
}
