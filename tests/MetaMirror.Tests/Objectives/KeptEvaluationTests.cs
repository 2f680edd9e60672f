using System.Numerics;
using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.Tests.Networks;

namespace MetaMirror.Tests.Objectives;

/// <summary>What an objective kept and takes back is as good as a new evaluation: the same bits, wherever it has been in between.</summary>
public sealed class KeptEvaluationTests
{
    private static readonly BatchKey[] Batches = [new(7, 3, 1, 5), new(7, 2, 1, 5), BatchKey.Full];

    /// <summary>Objectives of the contract that keep evaluations, and all networks.</summary>
    public static TheoryData<string> Names => [.. ObjectiveCases.All.Where(c => c.Double().EvaluationLength(false) > 0).Select(c => c.Name), .. NetworkCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Recalled_is_evaluated(string name)
    {
        RecalledIsEvaluated(() => Make<double>(name));
        RecalledIsEvaluated(() => Make<float>(name));
    }

    [Fact]
    public void Networks_keep_and_so_do_regularizers_around_them_but_nothing_that_asks_elsewhere()
    {
        Assert.Contains("network, relu", Names.Select(n => n.Data));
        Assert.Contains("network, epochs, regularized", Names.Select(n => n.Data));
        NetworkObjective<double> network = Net<double>(Network.Mlp(6, 8, 3));
        Assert.Equal(0, new FiniteDifferenceHessian<double>(network).EvaluationLength(false));
        Assert.Equal(0, new Perturbed(network).EvaluationLength(false));
    }

    [Fact]
    public void A_perceptron_keeps_the_outputs_of_its_relus_the_cotangents_between_them_and_the_scores()
    {
        NetworkObjective<float> network = Net<float>(Network.Mlp(6, 8, 7, 5, 3));

        // 9 rows of three outputs (8 + 7 + 5), and the scores with their cotangents (3 + 3), each with a count; the loss in double. All other cotangents are cheap.
        Assert.Equal((9 * (8 + 7 + 5 + 3 + 3)) + 5 + 2, network.EvaluationLength(false));

        // A layer of 17 outputs is too large to be gone through again for the 7 cotangents of its input, which are kept.
        Assert.Equal((9 * (8 + 7 + 17 + 3 + 3 + 7)) + 6 + 2, Net<float>(Network.Mlp(6, 8, 7, 17, 3)).EvaluationLength(false));

        // Where the first of the last layers has no cotangent to come back to, none is computed again.
        Assert.Equal((9 * (8 + 3 + 3)) + 3 + 2, Net<float>(Network.Mlp(6, 8, 3)).EvaluationLength(false));

        // 300 rows go through in two pieces.
        Assert.Equal(0, network.EvaluationLength(true));
    }

    [Fact]
    public void Zeros_are_not_kept()
    {
        NetworkObjective<float> network = Net<float>(Network.Mlp(6, 100, 3));
        float[] kept = new float[network.EvaluationLength(false)], theta = Draws.Normal<float>(network.Layout.Length, 60), g = new float[theta.Length];
        Assert.Equal((9 * (100 + 3 + 3)) + 3 + 2, kept.Length);
        network.Evaluate(theta, [], Batches[0], g);
        int length = network.KeepEvaluation(kept);

        // Of 900 outputs about half are zero; each has a bit, in 29 numbers.
        Assert.InRange(length, 54 + 5 + 29 + 300, 54 + 5 + 29 + 600);
        float[] again = new float[g.Length];
        network.RecallEvaluation(theta, Batches[0], kept.AsSpan(0, length));
        network.Evaluate(theta, [], Batches[0], again);
        Assert.Equal(g, again);
    }

    [Fact]
    public void There_is_nothing_to_keep_without_a_gradient()
    {
        NetworkObjective<double> network = Net<double>(Network.Mlp(6, 8, 3));
        double[] kept = new double[network.EvaluationLength(false)], theta = new double[network.Layout.Length];
        Assert.Contains("evaluate with a gradient first", Assert.Throws<InvalidOperationException>(() => network.KeepEvaluation(kept)).Message, StringComparison.Ordinal);
        network.Evaluate(theta, [], Batches[0], []);
        Assert.Throws<InvalidOperationException>(() => network.KeepEvaluation(kept));
    }

    [Fact]
    public void Keeping_and_recalling_allocates_nothing()
    {
        NetworkObjective<double> network = Net<double>(Network.Mlp(6, 8, 3));
        double[] kept = new double[network.EvaluationLength(false)], theta = Draws.Normal<double>(network.Layout.Length, 61), g = new double[theta.Length];
        Allocation.AssertNone(() =>
        {
            network.Evaluate(theta, [], Batches[0], g);
            network.KeepEvaluation(kept);
            network.Evaluate(theta, [], Batches[1], g);
            network.RecallEvaluation(theta, Batches[0], kept);
            network.AddHessianVectorProduct(theta, [], Batches[0], theta, g, []);
        });
    }

    private static void RecalledIsEvaluated<T>(Func<Objective<T>> make)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Objective<T> objective = make();
        int n = objective.Layout.Length, m = objective.MetaSpecs.Sum(s => s.Length);
        T[] theta = Draws.Normal<T>(n, 62, 0.7), other = Draws.Normal<T>(n, 63, 0.7), v = Draws.Normal<T>(2 * n, 64), meta = Draws.Normal<T>(m, 65);
        T[] g = new T[n], products = new T[2 * n], state = new T[objective.StateLayout.Length];
        foreach (BatchKey batch in Batches)
        {
            int length = objective.EvaluationLength(batch.IsFull);
            if (length == 0)
                continue;
            Objective<T> fresh = make();
            T[] gradient = new T[n], direct = new T[2 * n], advanced = new T[state.Length], sum = [.. other];
            double loss = fresh.Evaluate(theta, meta, batch, gradient);
            fresh.HessianVectorProducts(theta, meta, batch, 2, v, direct);
            fresh.AddHessianVectorProduct(theta, meta, batch, v.AsSpan(0, n), sum, new T[n]);
            fresh.AdvanceState(theta, batch, advanced);

            T[] kept = [.. Enumerable.Repeat(T.NaN, length)];
            objective.Evaluate(theta, meta, batch, g);
            objective.KeepEvaluation(kept);
            foreach (BatchKey elsewhere in Batches)
            {
                void Recall()
                {
                    objective.HessianVectorProducts(other, meta, elsewhere, 2, v, products);
                    objective.RecallEvaluation(theta, batch, kept);
                }

                Recall();
                Assert.Equal(loss, objective.Evaluate(theta, meta, batch, g));
                Assert.Equal(gradient, g);
                objective.HessianVectorProducts(theta, meta, batch, 2, v, products);
                Assert.Equal(direct, products);

                Recall();
                T[] added = [.. other];
                objective.AddHessianVectorProduct(theta, meta, batch, v.AsSpan(0, n), added, new T[n]);
                Assert.Equal(sum, added);

                // What was recalled can be kept again, and does not mislead the state.
                T[] again = new T[length];
                objective.KeepEvaluation(again);
                objective.RecallEvaluation(theta, batch, again);
                state.AsSpan().Clear();
                objective.AdvanceState(theta, batch, state);
                Assert.Equal(advanced, state);
                Assert.Equal(loss, objective.Evaluate(theta, meta, batch, []));

                // Other points are other points.
                Recall();
                Assert.NotEqual(loss, objective.Evaluate(other, meta, batch, g));
            }
        }
    }

    private static Objective<T> Make<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (NetworkCases.All.All(c => c.Name != name))
            return typeof(T) == typeof(float) ? (Objective<T>)(object)ObjectiveCases.Named(name).Single() : (Objective<T>)(object)ObjectiveCases.Named(name).Double();
        Network network = NetworkCases.Named(name).Network;
        return new NetworkObjective<T>(network, Draws.Classification<T>(40, network.Input.Size, network.Output.Size), new Minibatches(40, 7));
    }

    private static NetworkObjective<T> Net<T>(Network network)
        where T : unmanaged, IFloatingPointIeee754<T> => new(network, Draws.Classification<T>(300, 6, 3), new Minibatches(300, 9));

    /// <summary>A user's objective that hands out its inner one, but asks it beside theta.</summary>
    internal sealed class Perturbed(Objective<double> inner) : Objective<double>
    {
        private readonly double[] _point = new double[inner.Layout.Length];

        public override ParameterLayout Layout => inner.Layout;

        protected override Objective<double> Inner => inner;

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient) =>
            inner.Evaluate(Beside(theta), meta, batch, gradient);

        public override void HessianVectorProducts(
            ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products)
        {
            // Once at theta, so that a wrongly trusted point would show.
            inner.HessianVectorProducts(theta, meta, batch, count, tangents, products);
            inner.HessianVectorProducts(Beside(theta), meta, batch, count, tangents, products);
        }

        private double[] Beside(ReadOnlySpan<double> theta)
        {
            for (int i = 0; i < _point.Length; i++)
                _point[i] = theta[i] + 0.01;
            return _point;
        }
    }
}
