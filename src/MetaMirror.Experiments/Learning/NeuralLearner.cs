using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Hypergradients;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Neural;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// Learns the weights of <see cref="LstmRule{T}"/> (Andrychowicz et al. 2016, arXiv 1606.04474) and <see cref="MlpRule{T}"/> (Metz et al. 2019, arXiv 1810.10180): Adam along hypergradients by truncated
/// backpropagation through time; of the LSTM the gradients of the tasks count as constants (Andrychowicz et al., section 2.1).
/// </summary>
/// <remarks>
/// Differs from the papers: an outer step per run, along the sum of its windows, not per window; the start is chosen, and what was learned is kept only where it is better; Adam's steps
/// fall to a tenth, and a run's hypergradient longer than twice the median is shortened to that. The LSTM has one layer instead of two, the network of
/// momenta 8 units instead of 32, unless the plan says otherwise. Metz et al. follow variational estimates of
/// the gradient besides, and validation losses.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class NeuralLearner<T>(Plan plan, NeuralLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RivalLearner<T>(plan, learning, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ulong _seed = settings.LearningSeed;

    private protected override int PassesPerOuterStep => 1;

    private protected override UpdateRule<T> CreateRule(RuleSetting start)
    {
        UpdateRule<T> network = learning.Optimizer == NeuralLearning.Lstm ? Lstm(start.LearningRate) : Mlp(start.LearningRate);
        return Scheduled(network, start.Schedule, warmup: 0);
    }

    private protected override string? Learn(
        int phase, RuleSetting start, ref int outerSteps, ref UpdateRule<T> rule, ref MetaLearner<T> learner, List<OuterStepReport> history, CancellationToken cancellationToken)
    {
        var estimator = new WindowedReverseMode<T>(learning.Window, !(learning.SecondOrder ?? learning.Optimizer == NeuralLearning.Mlp));
        return Refine(phase, rule, rule, Refinement(Objective, learning.OuterLearningRate, estimator), Objective, outerSteps, null, default, ref learner, history, cancellationToken);
    }

    private LstmRule<T> Lstm(double learningRate)
    {
        var options = new LstmRuleOptions { LearningRate = learningRate, Seed = _seed };
        return new LstmRule<T>(options with { Units = learning.Units ?? options.Units, Layers = learning.Layers ?? options.Layers });
    }

    private MlpRule<T> Mlp(double learningRate)
    {
        var options = new MlpRuleOptions { LearningRate = learningRate, Seed = _seed };
        return new MlpRule<T>(options with { Units = learning.Units ?? options.Units, Layers = learning.Layers ?? options.Layers });
    }
}
