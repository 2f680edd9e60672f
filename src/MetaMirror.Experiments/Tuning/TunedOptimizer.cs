using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Tuning;

/// <summary>One optimizer's grid while it is being tuned, and the best trial for each figure.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TunedOptimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Of the target: losses below this are level.</summary>
    private const double SolvedShare = 1e-6;


    private readonly List<Trial> _trials = [], _scouts = [];
    private readonly List<double> _rates;
    private readonly double _ratioBelow;
    private readonly double _ratioAbove;
    private readonly int _maxExtensions;
    private int _below;
    private int _above;

    /// <summary>Starts with the entry's grid, or the plan's for it.</summary>
    /// <param name="entry">The optimizer.</param>
    /// <param name="plan">Grids, schedules, limit of extension.</param>
    public TunedOptimizer(OptimizerEntry<T> entry, TuningPlan plan)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(plan);
        Entry = entry;
        _rates = [.. plan.LearningRates.TryGetValue(entry.Name, out IReadOnlyList<double>? own) ? own : entry.Grid];
        if (_rates.Count < 2)
            throw new ArgumentException($"The grid of '{entry.Name}' has {_rates.Count} learning rates, expected at least 2.", nameof(entry));
        _ratioBelow = _rates[1] / _rates[0];
        _ratioAbove = _rates[^1] / _rates[^2];
        _maxExtensions = plan.MaxExtensions;
        Schedules = plan.Schedules;
        while (_rates.Count < plan.Rates)
        {
            if (_rates.Count % 2 == 0)
                _rates.Insert(0, _rates[0] / _ratioBelow);
            else
                _rates.Add(_rates[^1] * _ratioAbove);
        }

        Pending = [.. _rates.SelectMany(AtAllSchedules)];
    }

    /// <summary>The optimizer.</summary>
    public OptimizerEntry<T> Entry { get; }

    /// <summary>Schedules tried.</summary>
    public IReadOnlyList<ScheduleName> Schedules { get; }

    /// <summary>Settings that are to be tried next.</summary>
    public IReadOnlyList<RuleSetting> Pending { get; private set; }

    /// <summary>What was tried with all seeds.</summary>
    public IReadOnlyList<Trial> Trials => _trials;

    /// <summary>Everything that was tried, with the first seeds.</summary>
    public IReadOnlyList<Trial> Scouts => _scouts;

    /// <summary>Learning rates tried, rising.</summary>
    public IReadOnlyList<double> Rates => _rates;

    /// <summary>Takes the trials of <see cref="Pending"/> with the first seeds.</summary>
    /// <param name="trials">In order.</param>
    /// <param name="areAll">Whether these are all seeds.</param>
    public void AddScouts(IReadOnlyList<Trial> trials, bool areAll)
    {
        _scouts.AddRange(trials);
        if (areAll)
            _trials.AddRange(trials);
        Pending = [];
    }

    /// <summary>Takes trials with all seeds.</summary>
    public void Add(IEnumerable<Trial> trials) => _trials.AddRange(trials);

    /// <summary>What was not tried with all seeds yet, but may be best for a figure by what the first ones say.</summary>
    public IReadOnlyList<Trial> Promising(IReadOnlyList<TunedFigure> figures, double target)
    {
        ArgumentNullException.ThrowIfNull(figures);
        var promising = new HashSet<RuleSetting>();
        foreach (TunedFigure figure in figures)
        {
            Trial best = BestScout(figure, target);
            double least = ToBeat(figure, target) ?? best.Score(figure, target).First;
            promising.Add(best.Setting);
            promising.UnionWith(_scouts.Where(t => IsNear(t, least, figure, target)).Select(t => t.Setting));
        }

        return [.. _scouts.Where(t => promising.Contains(t.Setting) && !_trials.Exists(u => u.Setting == t.Setting))];
    }

    /// <summary>The best trial for a figure; of equal ones that of the lower rate.</summary>
    public Trial Best(TunedFigure figure, double target) => Best(_trials, figure, target);

    private static Trial Best(IEnumerable<Trial> trials, TunedFigure figure, double target) =>
        trials.OrderBy(t => t.Setting.LearningRate).ThenBy(t => t.Setting.Schedule).MinBy(t => t.Score(figure, target))!;

    /// <summary>Of those whose runs all arrived, if there are any: one lucky run of several is no measure for others.</summary>
    private Trial BestScout(TunedFigure figure, double target)
    {
        Trial[] whole = [.. _scouts.Where(t => t.Diverged == 0 && (figure != TunedFigure.StepsToTarget || t.StepsTo(target).Reached == t.Runs.Length))];
        return Best(whole.Length > 0 ? whole : _scouts, figure, target);
    }

    /// <summary>What the setting that is best with all seeds has with these or had with the first ones, whichever is worse; null before there is one that arrives.</summary>
    private double? ToBeat(TunedFigure figure, double target)
    {
        if (_trials.Count == 0)
            return null;
        Trial best = Best(figure, target), scout = _scouts.Find(t => t.Setting == best.Setting)!;
        double worse = Math.Max(best.Score(figure, target).First, scout.Score(figure, target).First);
        return double.IsFinite(worse) ? worse : null;
    }

    /// <summary>Within the margin, with one measurement of steps, or a loss that counts as nothing beside the target, to spare. Scores of accuracies are negative: what counts is the share of errors, 1 + score.</summary>
    private static bool IsNear(Trial trial, double least, TunedFigure figure, double target)
    {
        double errors = figure == TunedFigure.TestAccuracy ? 1 : 0, spare = figure == TunedFigure.StepsToTarget ? trial.Runs[0].EverySteps : double.IsFinite(target) ? SolvedShare * Math.Abs(target) : 0;
        return double.IsFinite(least) && trial.Score(figure, target).First <= least + (TuningPlan.ScoutingMargin * Math.Abs(least + errors)) + spare;
    }

    /// <summary>Puts rates beyond the grid into <see cref="Pending"/> where the best rate for a figure stands at its edge; true if there are any.</summary>
    public bool Extend(IReadOnlyList<TunedFigure> figures, double target)
    {
        ArgumentNullException.ThrowIfNull(figures);
        double[] best = [.. figures.Select(f => Best(f, target).Setting.LearningRate)];
        var added = new List<double>();
        if (_below < _maxExtensions && best.Contains(_rates[0]) && _rates[0] / _ratioBelow > 0)
        {
            _below++;
            added.Add(_rates[0] / _ratioBelow);
        }

        if (_above < _maxExtensions && best.Contains(_rates[^1]) && double.IsFinite(_rates[^1] * _ratioAbove))
        {
            _above++;
            added.Add(_rates[^1] * _ratioAbove);
        }

        _rates.AddRange(added);
        _rates.Sort();
        Pending = [.. added.SelectMany(AtAllSchedules)];
        return added.Count > 0;
    }

    /// <summary>The report's line on tuning: the setting behind each figure.</summary>
    public TuningSummary Summary(IReadOnlyList<TunedFigure> figures, double target)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (TunedFigure figure in figures)
            settings[KeyOf(figure)] = Best(figure, target).Setting.ToString();
        var complete = _trials.Select(t => t.Setting).ToHashSet();
        int runs = _trials.Sum(t => t.Runs.Length) + _scouts.Where(t => !complete.Contains(t.Setting)).Sum(t => t.Runs.Length);
        return new TuningSummary("grid", _scouts.Count) { Settings = settings, Runs = runs };
    }

    private static string KeyOf(TunedFigure figure) => figure switch
    {
        TunedFigure.StepsToTarget => "stepsToTarget",
        TunedFigure.MeanTrainingLoss => "meanTrainingLoss",
        TunedFigure.FinalTrainingLoss => "finalTrainingLoss",
        TunedFigure.TestAccuracy => "testAccuracy",
        _ => "testLoss",
    };

    private IEnumerable<RuleSetting> AtAllSchedules(double rate) => Schedules.Select(s => new RuleSetting(rate, s));
}
