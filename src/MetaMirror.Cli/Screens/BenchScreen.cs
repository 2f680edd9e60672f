using MetaMirror.Cli.Commands;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Experiments.Plots;
using Spectre.Console;

namespace MetaMirror.Cli.Screens;

/// <summary>What <c>bench</c> shows.</summary>
internal static class BenchScreen
{
    /// <summary>Peaks of the machine and a row per workload.</summary>
    public static void Show(Session session, BenchmarkResult result)
    {
        MachinePeaks peaks = result.Peaks;
        session.People.WriteLine(
            $"Peaks of {Threads(peaks.Threads)}: {NumberText.Significant(peaks.MultiplyAddGigaflops)} GFLOP/s of multiply-adds, "
            + $"{NumberText.Significant(peaks.StreamGigabytesPerSecond)} GB/s of memory");
        if (peaks.Threads > 1)
        {
            session.People.WriteLine(
                $"Peaks of one thread: {NumberText.Significant(peaks.MultiplyAddGigaflopsOneThread)} GFLOP/s, {NumberText.Significant(peaks.StreamGigabytesPerSecondOneThread)} GB/s");
        }

        Tables.Write(
            session.Screen,
            [new("workload"), new("ms", true), new("floor ms", true), new("ms / floor", true), new("GFLOP/s", true), new("peak MB", true), new("calls", true)],
            result.Workloads.Select(w => (IReadOnlyList<string>)
            [
                Markup.Escape(w.Name),
                NumberText.Significant(w.MedianMilliseconds),
                NumberText.Significant(w.FloorMilliseconds),
                NumberText.Ratio(w.OverFloor),
                NumberText.Significant(w.Gigaflops ?? double.NaN),
                NumberText.Count(Math.Round(w.PeakMegabytes ?? double.NaN, 1)),
                NumberText.Count(w.Repeats),
            ]));
        session.People.WriteLine("Medians after warm-up. The floor is the dense work's flops over the peak, or its bytes over the bandwidth, whichever takes longer.");
        if (result.PeaksDisturbed)
            session.People.WriteLine("The machine was busy: peaks were disturbed, since a product of dense matrices took less than its floor. Measure on an idle machine.");
    }

    /// <summary>A row per size.</summary>
    public static void Show(Session session, ScalingResult result)
    {
        session.People.WriteLine($"Perceptrons on {Threads(result.Threads)}; where one thing grows, the others are batch 128, width 256, two hidden layers.");
        Tables.Write(
            session.Screen,
            [new("grows"), new("to", true), new("parameters", true), new("gradient ms", true), new("GFLOP/s", true), new("product ms", true),
                new("GFLOP/s", true), new("product / gradient", true)],
            result.Derivatives.Select(d => (IReadOnlyList<string>)
            [
                d.Grows,
                NumberText.Count(d.Value),
                NumberText.Count(d.Parameters),
                NumberText.Significant(d.GradientMilliseconds),
                NumberText.Significant(d.GradientGigaflops),
                NumberText.Significant(d.ProductMilliseconds),
                NumberText.Significant(d.ProductGigaflops),
                NumberText.Ratio(d.ProductMilliseconds / d.GradientMilliseconds),
            ]));
        session.People.WriteLine("Hypergradients of mlp (784-256-128-10) and lenet (LeNet-5), batch 128, by reverse mode within its default memory:");
        Tables.Write(
            session.Screen,
            [new("network"), new("steps", true), new("ms", true), new("ms a step", true), new("gradients", true), new("products", true), new("stored MB", true), new("all states MB", true)],
            result.Hypergradients.Select(h => (IReadOnlyList<string>)
            [
                h.Network,
                NumberText.Count(h.Steps),
                NumberText.Significant(h.Milliseconds),
                NumberText.Significant(h.Milliseconds / h.Steps),
                NumberText.Count(h.Gradients),
                NumberText.Count(h.HessianVectorProducts),
                NumberText.Significant(h.TrajectoryMegabytes),
                NumberText.Significant(h.AllStatesMegabytes),
            ]));
    }

    private static string Threads(int count) => count == 1 ? "one thread" : $"{NumberText.Count(count)} threads";
}
