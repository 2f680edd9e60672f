using System.Text.Json;
using MetaMirror.Datasets;
using MetaMirror.Objectives;
using MetaMirror.Tests.Storage;

namespace MetaMirror.Tests.Objectives;

/// <summary>Closed forms by hand, extreme scores, and numbers of other people.</summary>
public sealed class RegressionTests
{
    [Fact]
    public void Linear_regression_has_the_factor_one_half()
    {
        var data = Dataset<double>.Regression("by hand", new[] { 1.0, 2, 3, 4 }, 2, new[] { 1.0, -1 });
        double[] g = new double[3];

        // Residuals at w = (1, -1), b = 0.5: 1 - 2 + 0.5 - 1 = -1.5 and 3 - 4 + 0.5 + 1 = 0.5.
        Assert.Equal(0.5 * (2.25 + 0.25) / 2, new LinearRegression<double>(data).Evaluate([1, -1, 0.5], [], BatchKey.Full, g));
        Assert.Equal([(-1.5 + 1.5) / 2, (-3 + 2) / 2.0, -0.5], g);
    }

    [Fact]
    public void Extreme_scores_stay_finite_and_right()
    {
        Check<float>();
        Check<double>();

        static void Check<T>()
            where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
        {
            T one = T.One, big = T.CreateChecked(1e4);
            var two = Dataset<T>.Classification("extreme", new[] { one, -one }, 1, new[] { 1, 1 }, 2);
            T[] g = new T[1], h = new T[1], g2 = new T[2];
            var logistic = new LogisticRegression<T>(two, bias: false);
            Assert.Equal(5000, logistic.Evaluate([big], [], BatchKey.Full, g));
            Assert.Equal(0.5, double.CreateChecked(g[0]));
            logistic.HessianVectorProducts([big], [], BatchKey.Full, 1, [one], h);
            Assert.Equal(T.Zero, h[0]);
            var softmax = new SoftmaxRegression<T>(two, bias: false);
            Assert.Equal(10_000, softmax.Evaluate([-big, big], [], BatchKey.Full, g2));
            Assert.Equal([T.CreateChecked(-0.5), T.CreateChecked(0.5)], g2);
        }
    }

    /// <summary>CASES A1: the loss of hypertorch's regularized logistic regression along gradient descent, 1e-11 to the float64 values, 1e-6 to those they printed.</summary>
    [Fact]
    public void Hypertorch_inner_losses()
    {
        JsonElement f = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.PathOf("tests", "fixtures", "hypertorch-logistic.json"))).RootElement;
        int columns = f.GetProperty("columns").GetInt32();
        double[] x = Numbers(f, "x_train");
        int[] y = Array.ConvertAll(Numbers(f, "y_train"), a => (int)a);
        var logistic = new LogisticRegression<double>(Dataset<double>.Classification("hypertorch", x, columns, y, 2), bias: false);
        JsonElement inner = f.GetProperty("inner");
        var objective = new Regularized<double>(logistic, new RegularizerWeight(inner.GetProperty("h").GetDouble(), RegularizerKind.PerCoordinate));
        double[] meta = [.. new MetaParameters<double>([], [], objective.MetaSpecs).Natural];
        double[] w = new double[columns], g = new double[columns], losses = Numbers(inner, "loss"), printed = Numbers(inner, "published_float32");
        double[] steps = Numbers(inner, "steps");
        for (int t = 0; t < 100; t++)
        {
            double loss = objective.Evaluate(w, meta, BatchKey.Full, g);
            int k = Array.IndexOf(steps, t);
            if (k >= 0)
            {
                Assert.Equal(losses[k], loss, 1e-11);
                Assert.Equal(printed[k], loss, 1e-6);
            }

            for (int i = 0; i < columns; i++)
                w[i] -= inner.GetProperty("lr").GetDouble() * g[i];
        }
    }

    [Fact]
    public void Targets_that_do_not_fit_are_refused()
    {
        Refused("has 3 classes, expected 2", () => new LogisticRegression<double>(Draws.Classification<double>(5, 2, 3)));
        Refused("has 2 real targets per example, expected 1", () => new LinearRegression<double>(Draws.Regression<double>(5, 2, 2)));
        Refused("has real targets, expected classes", () => new SoftmaxRegression<double>(Draws.Regression<double>(5, 2)));
        Refused("has no examples", () => new LinearRegression<double>(Draws.Regression<double>(5, 2).Slice(0, 0)));
        Refused("drawn from 4 examples", () => new LinearRegression<double>(Draws.Regression<double>(5, 2), new Minibatches(4, 2)));
        Refused("NaN in row 1, column 0", () => new QuadraticObjective<double>([1, 0, double.NaN, 1], [1, 1]));
        Refused("A has 3 entries, expected 2 x 2", () => new QuadraticObjective<double>([1, 0, 0], [1, 1]));

        static void Refused(string text, Func<object> make) => Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    private static double[] Numbers(JsonElement f, string property) => [.. f.GetProperty(property).EnumerateArray().Select(e => e.GetDouble())];
}
