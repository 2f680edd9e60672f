namespace MetaMirror.Experiments.Plots;

/// <summary>Colors and line styles of all plots, as CSS. Light by default and in print; dark when the reader's system asks for it.</summary>
public static class PlotStylesheet
{
    /// <summary>Variables and rules for a page that holds plots: put it in the page's <c>style</c> element.</summary>
    public static string Css { get; } =
        ":root{color-scheme:light;" + Light + "}\n" + ColorRamp.LightRules
        + "@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;" + Dark + "}\n" + ColorRamp.DarkRules + "}\n" + Rules;

    /// <summary>The same for a picture that is a file of its own.</summary>
    internal static string Standalone => Css + ".surface{fill:var(--surface)}\n";

    // Muted hues for what is known, saturated ones for what is new; each set distinguishable with the common color deficiencies, and never by color alone
    // (names stand at the lines' ends, weights and dashes differ).
    private const string Light =
        "--surface:#ffffff;--raised:#f6f7f9;--ink:#1b1f24;--soft:#57606a;--faint:#6e7781;--rule:#d5dae0;--grid:#e8ebee;--tint:#eaf1fd;--accent:#0b57d0;--good:#0a6b3d;"
        + "--l1:#0b57d0;--l2:#c2410c;--l3:#7b2cbf;--l4:#00755e;--l5:#a3155f;"
        + "--c1:#5b6570;--c2:#8a6d3b;"
        + "--r1:#b7791f;--r2:#128c8c;--r3:#b0457b;--r4:#5d7f1e;--r5:#4a6fb3;"
        + "--b1:#6f8294;--b2:#ab8c52;--b3:#9a75a0;--b4:#6f9763;--b5:#6797c1;--b6:#bd7a7a;"
        + "--k1:#4a86d8;--k2:#e39a57;--k3:#62b59c;--k4:#b48fcf;--k5:#d8c25a;--k6:#7a8794;--k7:#d8879d;--k8:#8fbf5f;--missing:#c9ced4;";

    private const string Dark =
        "--surface:#14171c;--raised:#1c2026;--ink:#e8eaed;--soft:#a9b1ba;--faint:#8f98a3;--rule:#363c45;--grid:#282d35;--tint:#1a2a44;--accent:#7fb0ff;--good:#62d39a;"
        + "--l1:#74a9ff;--l2:#ff9a5c;--l3:#cd9bff;--l4:#45cfaa;--l5:#ff8cc3;"
        + "--c1:#a3adb8;--c2:#c9a868;"
        + "--r1:#e0b04c;--r2:#4cc4c4;--r3:#e58ab5;--r4:#a9cc5c;--r5:#8fb0ee;"
        + "--b1:#8a98a6;--b2:#b0955f;--b3:#a583aa;--b4:#7fa374;--b5:#6f9cc4;--b6:#c08686;"
        + "--k1:#4a80c8;--k2:#c98345;--k3:#4b9c84;--k4:#9b78b6;--k5:#b8a446;--k6:#6d7986;--k7:#bd6f85;--k8:#78a44d;--missing:#444a52;";

    private const string Rules = """
        .plot{display:block;width:100%;height:auto;font-family:-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",system-ui,sans-serif;font-size:12px;font-variant-numeric:tabular-nums;color:var(--ink)}
        .plot text{fill:var(--soft)}
        .plot .axistitle{fill:var(--soft);font-weight:600}
        .plot .paneltitle{font-size:11px}
        :where(.plot path){fill:none}
        .plot .grid{stroke:var(--grid);stroke-width:1}
        .plot .axis{stroke:var(--faint);stroke-width:1}
        .plot .line,.plot .leader,.plot .whisker,.plot .stem,.plot .dots{stroke:var(--c);stroke-linejoin:round;stroke-linecap:round}
        .plot .line{stroke-width:var(--w)}
        .plot .line.d1{stroke-dasharray:7 4}.plot .line.d2{stroke-dasharray:2 4}
        .plot .line.wc{stroke-dasharray:6 4}.plot .line.wc.d1{stroke-dasharray:2 4}
        .plot .key{stroke-width:calc(var(--w) + .8px)}
        .plot .leader{stroke-width:1;opacity:.65}
        .plot .dots{stroke-width:calc(var(--w) + 2.4px)}
        .plot .whisker{stroke-width:calc(var(--w) + 2px);opacity:.45}
        .plot .stem{stroke-width:1;opacity:.35}
        .plot .missed{stroke:var(--faint);stroke-width:1;stroke-dasharray:1 5;stroke-linecap:round}
        .plot .band{fill:var(--c);fill-opacity:.08;stroke:none}
        .plot .band.wl{fill-opacity:.2}
        .plot .area{fill:var(--c);stroke:var(--surface);stroke-width:1}
        .plot .mark{fill:var(--c);stroke:var(--surface);stroke-width:1.5}
        .plot .reference{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3;opacity:.7}
        .plot .label,.plot .value{fill:var(--soft)}
        .plot .label.wl,.plot .value.wl{fill:var(--c);font-weight:700}
        .plot .label.wc,.plot .label.wr{fill:var(--ink)}
        .plot .label.wref{fill:var(--ink);font-weight:600}
        .plot .contour{stroke:var(--faint);stroke-width:1;opacity:.45}
        .plot .start{fill:var(--surface);stroke:var(--ink);stroke-width:1.5}
        .plot .cross{stroke:var(--ink);stroke-width:1.75;stroke-linecap:round}
        .plot .missing{fill:var(--missing)}
        .wref{--c:var(--ink)}.wl{--w:2.8px}.wc{--w:1.7px}.wr{--w:1.7px}.wb{--w:1.5px}.wk{--w:1.5px}
        .l1{--c:var(--l1)}.l2{--c:var(--l2)}.l3{--c:var(--l3)}.l4{--c:var(--l4)}.l5{--c:var(--l5)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}
        .r1{--c:var(--r1)}.r2{--c:var(--r2)}.r3{--c:var(--r3)}.r4{--c:var(--r4)}.r5{--c:var(--r5)}
        .b1{--c:var(--b1)}.b2{--c:var(--b2)}.b3{--c:var(--b3)}.b4{--c:var(--b4)}.b5{--c:var(--b5)}.b6{--c:var(--b6)}
        .k1{--c:var(--k1)}.k2{--c:var(--k2)}.k3{--c:var(--k3)}.k4{--c:var(--k4)}.k5{--c:var(--k5)}.k6{--c:var(--k6)}.k7{--c:var(--k7)}.k8{--c:var(--k8)}

        """;
}
