namespace Ziya.Corpus.Filtering;

/// <summary>Words shortly before a number that say what it is, or that it is something else.</summary>
internal static class PiiContext
{
    private const int Reach = 14;

    private static readonly System.Buffers.SearchValues<char> SentenceEnds = System.Buffers.SearchValues.Create("\n。；;！!？?");
    private static readonly string[] Phones = ["电话", "電話", "手机", "手機", "座机", "座機", "传真", "傳真", "热线", "致电", "拨打", "联系", "tel", "phone", "call", "fax", "mobile", "cell", "text "];
    private static readonly string[] Cards = ["卡", "账号", "帐号", "帳號", "賬號", "账户", "银行", "銀行", "card", "visa", "mastercard", "amex", "unionpay", "account", "bank"];
    private static readonly string[] Residents = ["身份证", "身份證", "身份号码", "id card"];
    private static readonly string[] Passports = ["护照", "護照", "passport"];
    private static readonly string[] Hosts = ["ip", "地址", "服务器", "伺服器", "主机", "dns", "ping", "server", "host", "address"];
    private static readonly string[] Versions = ["version", "ver", "版本", "release", "build", "firmware", "固件", "section", "sec.", "chapter", "clause", "figure", "table", "章", "节", "条", "図", "图", "表", "§", "升级到", "upgrade to", "v."];
    private static readonly string[] Others =
    [
        "订单", "訂單", "单号", "單號", "编号", "編號", "流水", "运单", "快递", "工单", "货号", "型号", "条码", "条形码", "序列", "批号", "学号", "票号", "文号", "案号", "合同", "时间戳", "order", "invoice", "tracking",
        "serial", "isbn", "issn", "sku", "ticket", "batch", "part ", "model", "upc", "ean", "timestamp", "ref", "case", " id", "uid", "commit", "doi",
    ];

    /// <summary>Whether it is said to be a telephone number.</summary>
    public static bool IsPhone(ReadOnlySpan<char> text, int at) => Has(text, at, Phones);

    /// <summary>Whether it is said to be a card's or an account's.</summary>
    public static bool IsCard(ReadOnlySpan<char> text, int at) => Has(text, at, Cards);

    /// <summary>Whether it is said to be a resident's.</summary>
    public static bool IsResident(ReadOnlySpan<char> text, int at) => Has(text, at, Residents);

    /// <summary>Whether it is said to be a passport's.</summary>
    public static bool IsPassport(ReadOnlySpan<char> text, int at) => Has(text, at, Passports);

    /// <summary>Whether it is said to be the address of a computer.</summary>
    public static bool IsHost(ReadOnlySpan<char> text, int at) => Has(text, at, Hosts);

    /// <summary>Whether it is said to be a version or a section.</summary>
    public static bool IsVersion(ReadOnlySpan<char> text, int at) => Has(text, at, Versions);

    /// <summary>Whether it is said to be a number of a thing.</summary>
    public static bool IsOther(ReadOnlySpan<char> text, int at) => Has(text, at, Others);

    private static bool Has(ReadOnlySpan<char> text, int at, string[] words)
    {
        var before = text[Math.Max(0, at - Reach)..at];
        before = before[(before.LastIndexOfAny(SentenceEnds) + 1)..];
        foreach (var word in words)
        {
            if (before.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
