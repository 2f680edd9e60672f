using System.Globalization;
using MetaMirror.Cli.Commands.Data;

namespace MetaMirror.Cli.Screens;

/// <summary>How often each class occurs, as bars.</summary>
internal static class LabelHistogram
{
    private const int LongestBar = 40;

    /// <summary>One line per class; the bar is the training split's.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<SplitEntry> splits)
    {
        writer.WriteLine("class" + string.Concat(splits.Select(s => s.Name.PadLeft(9))));
        int most = Math.Max(1, splits[0].Labels.Max());
        for (int label = 0; label < splits[0].Labels.Count; label++)
        {
            string counts = string.Concat(splits.Select(s => s.Labels[label].ToString("#,0", CultureInfo.InvariantCulture).PadLeft(9)));
            string bar = new('█', (int)Math.Round((double)LongestBar * splits[0].Labels[label] / most));
            writer.WriteLine($"{label,5}{counts}  {bar}");
        }

        writer.WriteLine();
    }
}
