namespace Ziya.Corpus.Cleaning;

/// <summary>How texts are written that `simplify_chinese` reads.</summary>
public enum ChineseVariety
{
    /// <summary>Any, characters alone: OpenCC's t2s.</summary>
    Traditional,

    /// <summary>As in Taiwan, whose own forms of characters become the usual ones: tw2s.</summary>
    Taiwan,

    /// <summary>As in Taiwan, and words become those of the mainland, 軟體 软件: tw2sp.</summary>
    TaiwanWords,

    /// <summary>As in Hong Kong: hk2s.</summary>
    HongKong,
}
