using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tests.Runs;

/// <summary>1/2 h (x - c)^2 with gradient noise per mini-batch, none over the whole set; accuracy 1 / (1 + loss).</summary>
internal sealed class NoisyParabola(string name, double h = 1, double c = 0, double noise = 0, bool tested = true) : LearningTask<double>
{
    public override string Name => name;

    public override ParameterLayout Layout { get; } = ParameterLayout.Vector(1);

    public override Objective<double> CreateTrainingObjective() => new Loss(this, h, c, noise);

    public override void Initialize(ref RandomStream stream, Span<double> theta) => theta[0] = 1 + stream.NextDouble();

    public override TestMeasure? Test(ReadOnlySpan<double> theta, ReadOnlySpan<double> state = default)
    {
        if (!tested)
            return null;
        double loss = 0.5 * h * (theta[0] - c) * (theta[0] - c);
        return new TestMeasure(loss, 1 / (1 + loss));
    }

    private sealed class Loss(NoisyParabola task, double h, double c, double noise) : Objective<double>
    {
        public override ParameterLayout Layout => task.Layout;

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
        {
            double e = 0;
            if (!batch.IsFull)
            {
                var stream = new RandomStream(new StreamKey(batch.Seed, batch.InnerStep, batch.OuterStep, StreamPurpose.MiniBatch, batch.Task));
                e = noise * stream.NextNormal();
            }

            if (!gradient.IsEmpty)
                gradient[0] = (h * (theta[0] - c)) + e;
            return (0.5 * h * (theta[0] - c) * (theta[0] - c)) + (e * theta[0]);
        }

        public override void HessianVectorProducts(
            ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products)
        {
            for (int i = 0; i < count; i++)
                products[i] = h * tangents[i];
        }
    }
}
