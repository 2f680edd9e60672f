using System.Globalization;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Protocols;

/// <summary>Activation frequencies of maxima early and late in training (MetaMD, Figure 5: nearly equal at first, then one is preferred).</summary>
internal static class ActivationShares
{
    private const int Parts = 10;

    /// <summary>A share this far above an equal one counts as preferred.</summary>
    private const double Preferred = 0.2;

    public static ReportSection Section(IReadOnlyList<ActivationFrequencies> activations)
    {
        ActivationFrequencies[] shown = [.. activations.Where(a => a.ByStepAndComponent.Length > 0)];
        return new ReportSection("Which component was active, early and late")
        {
            Paragraphs =
            [
                "In the paper's Figure 5 the three matrices are active about equally often for some 100 epochs; then one is preferred. It prints no numbers.",
                .. shown.Select(Sentence),
            ],
            Tables = shown.Length == 0 ? [] :
            [
                new ReportTable(
                    "Share of each component, mean over a part of the run",
                    ["optimizer", "part", .. Enumerable.Range(1, shown.Max(a => a.ByStepAndComponent[0].Length)).Select(j => $"component {NumberText.Count(j)}")],
                    [
                        .. from activation in shown
                           from part in ((string Name, bool Late)[])[("first tenth", false), ("last tenth", true)]
                           select (IReadOnlyList<string>)[activation.Optimizer, part.Name, .. Shares(activation, part.Late).Select(s => s.ToString("0.000", CultureInfo.InvariantCulture))],
                    ],
                    "Equal shares are 0.333."),
            ],
        };
    }

    /// <summary>What came out, of every maximum.</summary>
    public static string Verdict(IReadOnlyList<ActivationFrequencies> activations) => string.Join(" ", activations.Where(a => a.ByStepAndComponent.Length > 0).Select(Sentence));

    private static string Sentence(ActivationFrequencies activation)
    {
        double[] early = Shares(activation, late: false), late = Shares(activation, late: true);
        double equal = 1.0 / early.Length;
        string then = late.Max() > equal + Preferred ? "one is preferred" : "none is preferred";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{activation.Optimizer}: {(early.Max() > equal + Preferred ? "one is preferred from the start" : "about equally often at first")} (shares from {early.Min():0.00} to {early.Max():0.00} in the first tenth); in the last tenth {then} (from {late.Min():0.00} to {late.Max():0.00}).");
    }

    private static double[] Shares(ActivationFrequencies activation, bool late)
    {
        double[][] all = activation.ByStepAndComponent;
        int n = Math.Max(1, all.Length / Parts);
        double[][] part = late ? all[^n..] : all[..n];
        return [.. Enumerable.Range(0, part[0].Length).Select(j => part.Average(row => row[j]))];
    }
}
