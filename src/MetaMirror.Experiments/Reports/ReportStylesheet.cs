namespace MetaMirror.Experiments.Reports;

/// <summary>Layout and type of the report page; colors are the variables of <see cref="Plots.PlotStylesheet"/>.</summary>
internal static class ReportStylesheet
{
    public const string Css = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--surface);color:var(--ink);font:16px/1.55 -apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",system-ui,sans-serif}
        main{max-width:1104px;margin:0 auto;padding:48px 32px 72px}
        h1{font-size:2rem;line-height:1.2;letter-spacing:-.015em;margin:0 0 20px}
        h2{font-size:1.3rem;line-height:1.3;letter-spacing:-.01em;margin:56px 0 12px;padding-top:20px;border-top:1px solid var(--rule)}
        h3{font-size:1.02rem;margin:32px 0 8px}
        p{margin:0 0 12px;max-width:76ch}
        .kicker{color:var(--soft);font-size:.8rem;font-weight:600;letter-spacing:.08em;text-transform:uppercase;margin:0 0 8px}
        .verdict{font-size:1.3rem;line-height:1.45;border-left:4px solid var(--accent);padding:2px 0 2px 20px;margin:0 0 14px;max-width:66ch}
        .beside{color:var(--soft);padding-left:24px;margin:0 0 28px}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:0 0 8px;padding:0;list-style:none}
        .tiles li{background:var(--raised);border:1px solid var(--rule);border-radius:8px;padding:14px 18px 12px;break-inside:avoid}
        .tiles b{display:block;font-size:1.75rem;line-height:1.2;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
        .tiles .subject b{color:var(--accent)}
        .tiles span{color:var(--soft);font-size:.84rem;line-height:1.35;display:block}
        .note{background:var(--raised);border:1px solid var(--rule);border-left:4px solid var(--r1);border-radius:4px;padding:10px 16px;margin:12px 0;max-width:none}
        .lead{color:var(--soft);font-size:.93rem}
        figure{margin:20px 0 8px;break-inside:avoid}
        figcaption,.caption{color:var(--soft);font-size:.86rem;line-height:1.45;margin-top:8px;max-width:96ch}
        .wide{overflow-x:auto;-webkit-overflow-scrolling:touch}
        .wide .plot{min-width:620px}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:12px 32px}
        .pair figure{min-width:0}
        .pair .wide .plot{min-width:430px}
        .pair h3{margin-top:8px}
        table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4;font-variant-numeric:tabular-nums}
        caption{caption-side:bottom;text-align:left;color:var(--soft);font-size:.86rem;padding-top:10px}
        th,td{padding:7px 9px;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--grid)}
        th:first-child,td:first-child{padding-left:8px}
        thead th{color:var(--soft);font-weight:600;font-size:.8rem;line-height:1.3;border-bottom:1px solid var(--faint);vertical-align:bottom}
        tbody th{font-weight:400;white-space:nowrap}
        tbody tr:last-child th,tbody tr:last-child td{border-bottom:1px solid var(--rule)}
        .num{text-align:right;white-space:nowrap}
        .sub{color:var(--soft);font-size:.92em;white-space:nowrap}
        .missing{color:var(--faint)}
        tr.learned{background:var(--tint)}
        tr.learned>th{font-weight:700}
        tr.control>th{font-style:italic}
        .best{font-weight:700;color:var(--good)}
        .setting{color:var(--soft);font-size:.94em}
        .swatch{display:inline-block;width:18px;height:0;border-top:max(2px,var(--w)) solid var(--c);margin-right:9px;vertical-align:.28em;border-radius:1px}
        .swatch.wc{border-top-style:dashed}
        .tag{display:inline-block;font-size:.7rem;font-style:normal;font-weight:600;letter-spacing:.02em;color:var(--soft);border:1px solid var(--rule);border-radius:99px;padding:0 8px;margin-left:8px;vertical-align:.08em;background:var(--surface)}
        tr.learned .tag{color:var(--accent);border-color:var(--accent)}
        dl{display:grid;grid-template-columns:minmax(120px,max-content) 1fr;gap:6px 24px;margin:12px 0;font-size:.93rem}
        dt{color:var(--soft)}
        dd{margin:0;max-width:80ch;overflow-wrap:anywhere}
        ol.references{padding-left:1.5em;font-size:.93rem}
        ol.references li{margin-bottom:8px;max-width:90ch}
        pre{overflow-x:auto;background:var(--raised);border:1px solid var(--rule);border-radius:6px;padding:10px 14px;font-size:.8rem;line-height:1.45}
        summary{cursor:pointer;color:var(--soft);font-size:.85rem}
        .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        @media (max-width:640px){main{padding:28px 16px 48px}h1{font-size:1.5rem}.verdict{font-size:1.06rem}dl{grid-template-columns:1fr;gap:0 0}dd{margin-bottom:8px}}
        @media print{@page{margin:14mm}body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}h2{margin-top:28px;break-after:avoid}h3{break-after:avoid}.wide{overflow:visible}.wide .plot,.pair .wide .plot{min-width:0}.pair{grid-template-columns:1fr 1fr}table{font-size:8pt}th,td{padding:4px 6px}tr{break-inside:avoid}thead{display:table-header-group}}

        """;
}
