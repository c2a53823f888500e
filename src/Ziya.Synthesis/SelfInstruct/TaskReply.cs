using System.Text.RegularExpressions;

namespace Ziya.Synthesis.SelfInstruct;

/// <summary>Reads what a model made of the prompts of Self-Instruct. Whatever was replied, something comes out, if only an empty list.</summary>
internal static partial class TaskReply
{
    /// <summary>The tasks of a numbered list; the first may lack the number that the prompt ended with. With <paramref name="isCut"/> the last is left out: it is not whole.</summary>
    public static List<string> Tasks(string reply, bool isCut)
    {
        var marks = Number().Matches(reply);
        var tasks = new List<string>();
        var start = 0;
        for (var i = 0; i <= marks.Count; i++)
        {
            var end = i < marks.Count ? marks[i].Index : reply.Length;
            tasks.Add(Space().Replace(reply[start..end], " ").Trim());
            start = i < marks.Count ? marks[i].Index + marks[i].Length : end;
        }

        if (isCut)
        {
            tasks.RemoveAt(tasks.Count - 1);
        }

        // What stands before the first number is the first task, unless it introduces the list.
        if (marks.Count > 0 && tasks is [[.., ':' or '：'], ..])
        {
            tasks.RemoveAt(0);
        }

        return tasks.FindAll(task => task.Length > 0);
    }

    /// <summary>Examples of a task, input and output. With <paramref name="isCut"/> the last is left out.</summary>
    public static List<(string Input, string Output)> Instances(string reply, bool isCut)
    {
        var marks = Mark().Matches(reply);
        var instances = new List<(string, string)>();
        var input = "";
        for (var i = 0; i < marks.Count; i++)
        {
            var end = i + 1 < marks.Count ? marks[i + 1].Index : reply.Length;
            var text = reply[(marks[i].Index + marks[i].Length)..end].Trim();
            if (marks[i].Groups["input"].Success)
            {
                input = None().IsMatch(text) ? "" : text;
                continue;
            }

            instances.Add((input, Example().Replace(text, "").Trim()));
            input = "";
        }

        return Whole(marks.Count == 0 && reply.Trim().Length > 0 ? [("", reply.Trim())] : instances, isCut);
    }

    /// <summary>Examples of a classification, label before input. With <paramref name="isCut"/> the last is left out.</summary>
    public static List<(string Input, string Output)> Labels(string reply, bool isCut)
    {
        var marks = Mark().Matches(reply);
        var instances = new List<(string, string)>();
        for (var i = 0; i + 1 < marks.Count; i++)
        {
            if (marks[i].Groups["label"].Success && marks[i + 1].Groups["input"].Success)
            {
                var end = i + 2 < marks.Count ? marks[i + 2].Index : reply.Length;
                instances.Add((Example().Replace(reply[(marks[i + 1].Index + marks[i + 1].Length)..end].Trim(), "").Trim(), reply[(marks[i].Index + marks[i].Length)..marks[i + 1].Index].Trim()));
            }
        }

        return Whole(instances, isCut);
    }

    /// <summary>Whether the model said yes; neither word is a no.</summary>
    public static bool IsYes(string reply) => Yes().IsMatch(reply.Trim());

    private static List<(string Input, string Output)> Whole(List<(string Input, string Output)> instances, bool isCut) =>
        isCut && instances.Count > 0 ? instances[..^1] : instances;

    [GeneratedRegex(@"^[ \t]*(?:#{1,4}\s*|\*{1,2})?(?:(?:task|任务)\s*)?\d{1,3}\s*[.:：、)）](?:\*{1,2})?\s*", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"^[ \t]*(?:\*{1,2})?(?:(?<input>input|输入)|(?<label>(?:class )?label|标签|类别)|(?<output>output|输出))\s*\d*\s*[:：](?:\*{1,2})?", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Mark();

    // The heading of the next example, which stands at the end of this one.
    [GeneratedRegex(@"\n\s*(?:#{1,4}\s*|\*{1,2})?(?:example|示例|例子|例)\s*\d*\s*[.:：、]?(?:\*{1,2})?\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Example();

    [GeneratedRegex(@"^[<(（\[]?\s*(?:no ?input|none|n/a|empty|无|没有|不需要)\s*[>)）\].。]?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex None();

    [GeneratedRegex(@"^\W*(?:yes\b|是(?!否))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Yes();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
