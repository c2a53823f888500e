using System.Text.RegularExpressions;

namespace Ziya.Synthesis.AnswerToInstruction;

/// <summary>Finds the passages of a document that could be the answer to something.</summary>
/// <remarks>
/// 1. Paragraphs stand between empty lines, or are the lines where there are none. At both ends of the document those that only a page has go: navigation, source, editor, date, sharing, copyright.
/// 2. Three items or more in a row, short lines that are no sentences and have no list marks, are a menu: it is left out, and no passage goes across it.
/// 3. Passages are filled with whole paragraphs up to the greatest length; a paragraph that is longer is cut behind a sentence.
/// 4. At its end a passage loses the paragraphs that do not end a sentence; <c>no_sentence_end</c> where none is left.
/// 5. <c>list_only</c>: more than half of its lines are items. <c>too_short</c>: it has less than the least length.
/// </remarks>
/// <param name="chinese">Whether lengths are in characters; else in words.</param>
/// <param name="least">The least length.</param>
/// <param name="most">The greatest.</param>
internal sealed partial class PassageCutter(bool chinese, int least, int most)
{
    private const int MenuRun = 3;
    private const int ItemCharacters = 20;
    private const int ItemWords = 8;
    private const int BoilerplateCharacters = 80;

    /// <summary>The passages in the order of the text; none where the document has no words.</summary>
    public IReadOnlyList<Passage> Cut(string text)
    {
        var (paragraphs, border) = Paragraphs(text.ReplaceLineEndings("\n"));
        var passages = new List<Passage>();
        var current = new List<string>();
        var length = 0;
        for (var at = 0; at < paragraphs.Count;)
        {
            // 2.
            var run = 0;
            while (at + run < paragraphs.Count && IsMenuItem(paragraphs[at + run]))
            {
                run++;
            }

            if (run >= MenuRun)
            {
                End();
                at += run;
                continue;
            }

            // 3.
            foreach (var piece in Pieces(paragraphs[at++]))
            {
                var more = Length(piece);
                if (length + more > most)
                {
                    End();
                }

                current.Add(piece);
                length += more;
            }
        }

        End();
        return passages;

        void End()
        {
            if (current.Count > 0)
            {
                passages.Add(Judge(current, border));
            }

            current.Clear();
            length = 0;
        }
    }

    /// <summary>How long a text is: characters that are no white space, or words.</summary>
    internal int Length(ReadOnlySpan<char> text)
    {
        var (characters, words, inWord) = (0, 0, false);
        foreach (var c in text)
        {
            var white = char.IsWhiteSpace(c);
            characters += white ? 0 : 1;
            words += !white && !inWord ? 1 : 0;
            inWord = !white;
        }

        return chinese ? characters : words;
    }

    private static (List<string> Paragraphs, string Border) Paragraphs(string text)
    {
        var border = EmptyLine().IsMatch(text.Trim()) ? "\n\n" : "\n";
        var parts = border == "\n\n" ? EmptyLine().Split(text) : text.Split('\n');
        var paragraphs = parts.Select(part => part.Trim()).Where(part => part.Any(char.IsLetterOrDigit)).ToList();

        // 1.
        var first = paragraphs.FindIndex(part => !IsBoilerplate(part));
        var last = paragraphs.FindLastIndex(part => !IsBoilerplate(part));
        return (first < 0 ? [] : paragraphs[first..(last + 1)], border);
    }

    private static bool IsBoilerplate(string paragraph) => paragraph.Length <= BoilerplateCharacters && Boilerplate().IsMatch(paragraph);

    private Passage Judge(List<string> paragraphs, string border)
    {
        // 4.
        var whole = string.Join(border, paragraphs);
        while (paragraphs.Count > 0 && !SentenceEnd().IsMatch(paragraphs[^1]))
        {
            paragraphs.RemoveAt(paragraphs.Count - 1);
        }

        if (paragraphs.Count == 0)
        {
            return new Passage(whole, "no_sentence_end");
        }

        // 5.
        var text = string.Join(border, paragraphs);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new Passage(text, lines.Count(IsItem) * 2 > lines.Length ? "list_only" : Length(text) < least ? "too_short" : null);
    }

    /// <summary>A paragraph, or its parts where it is longer than a passage may be.</summary>
    private List<string> Pieces(string paragraph)
    {
        if (Length(paragraph) <= most)
        {
            return [paragraph];
        }

        var pieces = new List<string>();
        var (start, end) = (0, 0);
        foreach (var sentence in Sentence().EnumerateMatches(paragraph))
        {
            if (end > start && Length(paragraph.AsSpan(start, sentence.Index + sentence.Length - start)) > most)
            {
                pieces.Add(paragraph[start..end].Trim());
                start = end;
            }

            end = sentence.Index + sentence.Length;
        }

        pieces.Add(paragraph[start..].Trim());
        return pieces;
    }

    private bool IsMenuItem(string paragraph) => paragraph.Split('\n').All(line => IsItem(line) && !ListMark().IsMatch(line));

    private bool IsItem(string line) =>
        Separators().Count(line) >= MenuRun || ((chinese ? Length(line) < ItemCharacters : Length(line) < ItemWords) && !AnySentence().IsMatch(line));

    [GeneratedRegex(@"\n[ \t\u3000]*\n\s*")]
    private static partial Regex EmptyLine();

    // What may follow the mark: quotes and brackets that close.
    [GeneratedRegex(@"(?:[。！？!?…]|(?<!\b(?:Mr|Mrs|Dr|vs|etc))\.)[""'”’」』）)\]】》]*$")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"[^。！？!?….]*(?:[。！？!?…]+|\.+(?=[""'”’)\]]*(?:\s|$))|\.|$)[""'”’」』）)\]】》]*\s*")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"[。！？；，!?…;]|[.,:](?:\s|$)|[：]")]
    private static partial Regex AnySentence();

    [GeneratedRegex(@"^\s*(?:[-*•·●○■◆]|\d{1,3}[.、)）]|[（(][\d一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)")]
    private static partial Regex ListMark();

    [GeneratedRegex(@"\s[|·»>/]\s|[|»›]|\s·\s")]
    private static partial Regex Separators();

    [GeneratedRegex(
        @"^(?:[\[【(（]?\s*(?:本文)?(?:来源|作者|编辑|责任编辑|责编|记者|通讯员|编译|翻译|校对|审核|原标题|转载自?|版权|声明|免责声明|上一篇|下一篇|相关阅读|推荐阅读|延伸阅读|热门|标签|关键词|分享到?|收藏|点赞|打印|字号|发布时间|发布日期|更新时间|阅读量?|浏览量?|评论|首页|当前位置|您的位置|返回|联系我们|关注我们|扫码|扫描|长按|点击|登录|注册)(?=[\s:：\d】\])）>»|…,，。!！]|本|上|下|这|此|查|阅|二|我|到|顶|$)" +
        @"|(?:share|tweet|print|e-?mail this|copyright|©|\(c\)|all rights reserved|related|read more|read next|continue reading|posted (?:on|by|in)|published|updated|last (?:updated|modified)|filed under|tags?:|categor(?:y|ies):|subscribe|sign (?:up|in)|log ?in|click here|follow us|advertisement|sponsored|\d+ comments?|comments?\b|leave a (?:reply|comment)|home\s*[>»|/]|previous|next (?:post|article|page)|source:|editor:|author:|photo:|image:|skip to|menu\b|search\b|cookie|accept (?:all )?cookies|by [A-Z]\w+ [A-Z]\w+$)" +
        @"|(?:\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4})[\s\d:：,|-]*$|.*(?:版权所有|未经许可.{0,6}转载|all rights reserved)[\s.。!！]*$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Boilerplate();
}
