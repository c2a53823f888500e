using System.Text.RegularExpressions;

namespace Ziya.Synthesis.AnswerToInstruction;

/// <summary>Tells the kinds of writing apart that the card of Ziya-Writing-LLaMa-13B names, by words that hardly occur elsewhere: two different ones at least.</summary>
internal static partial class Genre
{
    /// <summary>A kind without such words.</summary>
    public const string General = "general";

    private const int LeastCues = 2;

    /// <summary>The kinds, the first of which wins a tie.</summary>
    public static IReadOnlyList<string> Names { get; } = ["report", "speech", "creative", General];

    /// <summary>The kind of a text.</summary>
    public static string Of(string text)
    {
        (string Name, Regex Cues)[] kinds = [("report", Report()), ("speech", Speech()), ("creative", Creative())];
        var (best, most) = (General, LeastCues - 1);
        foreach (var (name, cues) in kinds)
        {
            var count = cues.Matches(text).Select(cue => cue.Value.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Count();
            (best, most) = count > most ? (name, count) : (best, most);
        }

        return best;
    }

    [GeneratedRegex(
        @"关于[^，。\n]{2,40}的(?:通知|通报|报告|意见|决定|请示|批复|公告|函|方案)|现将[^，。\n]{0,40}(?:如下|报告|通知)|特此(?:通知|报告|公告|函复|批复)|各(?:省|市|县|区|部门|有关单位|单位|科室)|经研究决定|会议(?:指出|强调|要求|认为)|工作(?:总结|报告|要点|方案)|贯彻落实|本(?:年度|季度|报告期)|同比(?:增长|下降|增加|减少)|下一步工作" +
        @"|\bhereby\b|\bpursuant to\b|\bannual report\b|\bexecutive summary\b|\bthe committee (?:recommends?|notes?|finds?|resolved)\b|\bmemorandum\b|\bfiscal year\b|\bin accordance with\b|\bminutes of\b|\bthis report\b|\brecommendations?:|\bcompared (?:with|to) (?:the )?(?:previous|last) (?:year|quarter)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Report();

    [GeneratedRegex(
        @"尊敬的|敬爱的|亲爱的|各位(?:领导|来宾|同学|老师|朋友|代表|同事|同志|嘉宾|家长)|同志们|同学们|女士们|先生们|大家(?:上午|下午|晚上)?好|此致|敬礼|谢谢大家|见字如面|展信|祝(?:您|你|大家|愿)|您好|我谨代表|今天[，,]?我(?:演讲|发言)" +
        @"|^Dear\b|\bladies and gentlemen\b|\byours (?:sincerely|faithfully|truly)\b|\b(?:best|kind|warm|with warm) regards\b|\bthank you (?:all|very much)\b|\bit is (?:an|my|a great) (?:hono(?:u)?r|pleasure)\b|\bfellow (?:citizens|students|members|colleagues)\b|^sincerely,|\bI am writing to\b|\bI look forward to (?:hearing|seeing)\b|\bgood (?:morning|afternoon|evening),? everyone\b",
        RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Speech();

    [GeneratedRegex(
        @"限时|抢购|立即(?:购买|下单|体验|预约)|尊享|新品(?:上市|首发)?|优惠|礼遇|专属|邂逅|臻(?:品|选|享)|不止于|尽在|匠心|焕新|一触即|倾心|解锁|种草|宠爱自己|满减|限量|只为" +
        @"|\bdiscover\b|\bintroducing\b|\blimited[- ](?:time|edition)\b|\bshop now\b|\bexclusive\b|\b\d{1,2}% off\b|\border (?:now|today|yours)\b|\btreat yourself\b|\bdon't miss\b|\bunleash\b|\belevate your\b|\bhandcrafted\b|\bfree shipping\b|\bindulge\b|\bsay goodbye to\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Creative();
}
