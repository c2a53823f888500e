using System.Text.RegularExpressions;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// <c>refusal</c>: 0 where the first 200 characters say that a machine answers, or that it will not, else 1. Whether it should refuse is another question: a rule cannot tell. Says nothing where
/// an apology or a refusal is what is asked for.
/// </summary>
internal sealed partial class RefusalRule() : AnswerRule("refusal")
{
    private const int Looked = 200;

    /// <inheritdoc/>
    public override double? Of(AnswerView answer) => Asked().IsMatch(answer.Question.Text) ? null
        : Refuses().IsMatch(answer.Text.AsSpan(0, Math.Min(Looked, answer.Text.Length))) ? 0 : 1;

    [GeneratedRegex("道歉|致歉|抱歉|拒绝|婉拒|人工智能|语言模型|apolog|sorry|declin|refus|reject|language model|\\bAI\\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Asked();

    [GeneratedRegex(
        "作为(?:一[个款名位种])?(?:大型)?(?:人工智能|AI|语言模型|智能助手|聊天机器人)|我(?:只)?是(?:一[个款名])?(?:大型)?(?:人工智能|AI|语言模型)"
        + "|(?:抱歉|对不起|不好意思)[，,。！! ]{0,2}(?:但)?(?:我|本助手)?(?:暂时|目前|还)?(?:不能|无法|没有办法|没法|不可以)|我(?:无法|不能)(?:提供|回答|满足|完成|协助|帮助|生成|为您|为你|访问)"
        + "|\\bas an? (?:AI|artificial intelligence|(?:large )?language model)|\\bI(?:'m|’m| am) (?:just |only )?an? (?:AI|artificial intelligence|(?:large )?language model)"
        + "|\\b(?:sorry|apologi[sz]e)\\b[^.!?\n]{0,30}\\bI(?:'m|’m| am)? (?:can(?:'t|’t|not| not)|unable|not able|won(?:'t|’t))|\\bI (?:can(?:'t|’t|not| not)|am unable to|am not able to|will not|won(?:'t|’t)) (?:assist|help|provide|fulfil|complete|comply|answer|generate|create|do that|access)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Refuses();
}
