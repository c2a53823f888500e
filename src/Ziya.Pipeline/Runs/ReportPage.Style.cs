namespace Ziya.Pipeline.Runs;

/// <summary>How a report looks, by light and by dark.</summary>
internal static partial class ReportPage
{
    private const string Style = """
        :root{--page:#fbfaf8;--card:#fff;--ink:#23211d;--soft:#736d62;--line:#e4dfd6;--main:#2d6f8e;--pale:#c9dbe3;--lost:#c8553d;--mark:#fbe3c4;--good:#2f7d4f}
        @media (prefers-color-scheme:dark){:root{--page:#16181b;--card:#1f2226;--ink:#e8e5df;--soft:#9b968c;--line:#33373d;--main:#6db3d1;--pale:#37505d;--lost:#e0765f;--mark:#5b4424;--good:#6fbf8d}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
        main{max-width:1180px;margin:0 auto;padding:28px 20px 60px}
        h1{margin:0;font-size:26px}h2{margin:44px 0 2px;font-size:19px}h3{margin:18px 0 6px;font-size:15px}h4{margin:0;font-size:13px;overflow-wrap:anywhere}
        .sub{margin:0 0 12px;color:var(--soft);font-weight:400;font-size:14px}
        .state{padding:1px 9px;border-radius:9px;border:1px solid var(--line)}.state.done{color:var(--good)}.state.failed,.state.stopped{color:var(--lost)}
        .tiles{display:flex;gap:12px;flex-wrap:wrap}.tile{flex:1 1 150px;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 16px}
        .tile b{display:block;font-size:26px;font-variant-numeric:tabular-nums}.tile span{color:var(--soft)}
        .note{border-left:3px solid #d69b2d;background:var(--card);padding:8px 12px;margin:12px 0 0}.note.bad{border-color:var(--lost)}
        table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:500}thead th{color:var(--soft);font-weight:400;font-size:13px}
        td,th{padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:middle}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .bar{width:30%;min-width:120px}.funnel .bar{display:table-cell}.bar i{display:inline-block;height:14px;background:var(--main);vertical-align:middle}.bar i.lost{background:var(--lost)}
        .chip{display:inline-block;border:1px solid var(--line);border-radius:8px;padding:0 8px;margin:1px 4px 1px 0;font-size:13px;background:var(--card);white-space:nowrap}.chip.never{opacity:.55}.chip.always{border-color:var(--lost)}
        .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:16px}
        figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px}figcaption{font-size:13px;color:var(--soft);margin-bottom:6px}
        svg{width:100%;display:block}svg text{fill:var(--soft);font-size:11px}.all{fill:var(--pale);background:var(--pale)}.left{fill:var(--main);background:var(--main)}
        .key{display:inline-block;width:11px;height:11px;background:var(--main);border-radius:2px}.key.all{background:var(--pale)}
        .names td,.names th{border:0;padding:2px 8px 2px 0;font-size:13px}.names .bar{position:relative;height:20px;min-width:90px}.names .bar i{position:absolute;left:0;top:3px}.names .bar i.all{background:var(--pale)}
        .pair{display:grid;grid-template-columns:1fr 1fr;gap:12px}.stack{display:grid;gap:12px;align-content:start}.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(330px,1fr));gap:12px;margin:10px 0}
        article{background:var(--card);border:1px solid var(--line);border-left:3px solid var(--lost);border-radius:8px;padding:10px 12px;min-width:0}article.kept{border-left-color:var(--good)}
        .facts{margin:2px 0 6px;display:flex;flex-wrap:wrap;gap:2px 10px;color:var(--soft);font-size:12px;overflow-wrap:anywhere}
        pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;font-size:14px;max-height:220px;overflow:auto}mark{background:var(--mark);color:inherit}
        article.plain{border-left-color:var(--line)}.wide{margin-bottom:14px}.pair{margin-bottom:12px}article .pair{margin:0}.why{color:var(--lost);font-weight:500}.made span{color:var(--main)}
        .part{margin-top:8px;min-width:0}.part .facts{margin:0}.part .facts b{font-weight:600}.part.good .facts b{color:var(--good)}.part.bad .facts b{color:var(--lost)}.mid{fill:var(--ink)}
        .charts.wide{grid-template-columns:repeat(auto-fill,minmax(420px,1fr))}
        details{margin:8px 0}summary{cursor:pointer}
        @media (max-width:720px){.pair{grid-template-columns:1fr}.bar{display:none!important}}
        """;
}
