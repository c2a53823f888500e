namespace Ziya.Corpus.Filtering;

/// <summary>
/// Phrases that pages and advertisers use and prose hardly does. Traditional ones are listed where the characters differ. The lists are short on
/// purpose: rules count how many different ones stand together, and one alone says nothing.
/// </summary>
internal static class ChinesePhrases
{
    /// <summary>What is around the text of a page: navigation, rights, registration numbers, buttons.</summary>
    private static readonly string[] Boilerplate =
    [
        "版权所有", "版權所有", "保留所有权利", "保留所有權利", "未经许可", "未經許可", "未经授权", "未经书面授权", "不得转载", "不得轉載", "转载请注明", "轉載請註明", "备案号", "备案序号",
        "ICP备", "公网安备", "举报邮箱", "违法和不良信息", "友情链接", "友情連結", "网站地图", "網站地圖", "设为首页", "設為首頁", "加入收藏", "收藏本站", "返回顶部", "返回頂部", "返回首页", "返回首頁",
        "关于我们", "關於我們", "联系我们", "聯絡我們", "联系方式", "广告服务", "诚聘英才", "法律声明", "免责声明", "免責聲明", "隐私政策", "隱私政策", "隐私权政策", "使用条款", "使用 Cookie", "使用Cookie",
        "接受全部", "全部接受", "偏好设置", "扫一扫", "掃一掃", "分享到", "分享至", "复制链接", "複製連結", "上一篇", "下一篇", "上一页", "下一页", "上一頁", "下一頁", "相关推荐", "相关阅读", "相關閱讀",
        "相关文章", "相關文章", "热门标签", "熱門標籤", "猜你喜欢", "点击排行", "阅读排行", "最新文章", "当前位置", "您的位置", "目前位置", "字号：", "责任编辑", "責任編輯", "只看该作者", "倒序浏览", "阅读模式",
        "发表于", "發表於", "小黑屋", "手机版", "手機版", "客户端下载", "登录 |", "注册 |", "登录|", "| 注册", "| 登录", "阅读全文", "點擊查看", "点击查看", "查看更多", "加载更多", "正在加载", "Powered by",
    ];

    /// <summary>What is said to sell, and what is sold that way only.</summary>
    private static readonly string[] Advertising =
    [
        "加微信", "加V信", "加v信", "加薇信", "加威信", "加QQ", "加我微", "客服微信", "微信号", "微信號", "微信：", "V信", "扫码", "掃碼", "点击链接", "點擊連結", "点击进入", "立即申请", "立即咨询", "立即购买", "立即註冊", "免费咨询",
        "免费试用", "免费领取", "免費領取", "免费送", "限时优惠", "限時優惠", "名额有限", "先到先得", "欢迎来电", "歡迎來電", "咨询热线", "联系电话", "联系QQ", "货到付款", "貨到付款", "包邮", "包郵", "买一送一", "买二送一",
        "价格最低", "全国包邮", "诚招代理", "招代理", "代购", "代購", "正品", "高仿", "复刻", "復刻", "一比一", "A货", "哪家好", "多少钱", "无效退款", "无副作用", "纯天然", "不反弹", "央视推荐", "包治", "祖传秘方", "开户", "送彩金", "彩金", "首存",
        "返水", "返利", "提款", "秒到账", "稳赚", "穩賺", "娱乐城", "娛樂城", "百家乐", "百家樂", "老虎机", "老虎機", "时时彩", "六合彩", "北京赛车", "赌场", "賭場", "博彩", "无抵押", "無抵押", "贷款", "貸款", "网贷", "套现", "套現", "黑户", "征信", "当天放款",
        "放款", "办证", "代开", "开发票", "增值税发票", "私家侦探", "代写", "代寫", "代考", "刷单", "日赚", "月入过万",
    ];

    private static readonly string[]?[] ByFirst = Build();
    private static readonly bool[] First = [.. ByFirst.Select(phrases => phrases is not null)];

    /// <summary>Number of advertising phrases.</summary>
    public static int AdvertisingCount => Advertising.Length;

    /// <summary>Whether a phrase begins with the character: a smaller table than the phrases' own, asked of every one.</summary>
    public static bool MayStart(char c) => First[c];

    /// <summary>
    /// The phrase that the text starts with: below <see cref="AdvertisingCount"/> the index of one for advertising, above a page's; -1 where there is none.
    /// </summary>
    public static int Find(ReadOnlySpan<char> text, out int length)
    {
        length = 0;
        if (ByFirst[text[0]] is { } phrases)
        {
            foreach (var phrase in phrases)
            {
                if (text.StartsWith(phrase))
                {
                    length = phrase.Length;
                    var at = Array.IndexOf(Advertising, phrase);
                    return at >= 0 ? at : AdvertisingCount + Array.IndexOf(Boilerplate, phrase);
                }
            }
        }

        return -1;
    }

    private static string[]?[] Build()
    {
        var byFirst = new string[]?[char.MaxValue + 1];
        foreach (var group in Advertising.Concat(Boilerplate).GroupBy(phrase => phrase[0]))
        {
            byFirst[group.Key] = [.. group.OrderByDescending(phrase => phrase.Length)];
        }

        return byFirst;
    }
}
