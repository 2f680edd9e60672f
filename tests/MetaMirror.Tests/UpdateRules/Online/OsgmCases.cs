using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Online;

/// <summary>OSGM-Best for the contract of update rules: its authors' loop on a state as it lies there. What needs more steps is in <see cref="OsgmTests"/>.</summary>
internal static class OsgmCases
{
    private const int Vectors = 3;

    public static IReadOnlyList<RuleCase> All { get; } =
    [
        Case("osgm", new()),
        Case("osgm-all-on", new() { LearningRate = 2, MomentumRate = .3, InitialMomentum = .4 }),
        Case("osgm-no-momentum", new() { LearningRate = .3, MomentumRate = 0, InitialMomentum = 0 }),
    ];

    private static RuleCase Case(string name, OsgmOptions o) => new(name, () => new Osgm<double>(o), () => new Osgm<float>(o), Reference(o)) { LongState = true };

    private static ReferenceStep Reference(OsgmOptions o) => x =>
    {
        int n = x.Theta.Length;
        double[] s = [.. x.State.Select(v => v.Real)], start = [.. x.Theta.Select(v => v.Real)], given = [.. x.Gradient.Select(v => v.Real)], numbers = s[(Vectors * n)..];

        OsgmReference r = OsgmReference.At(start, o, x.Steps, x.Scale.Real);
        if (x.Age > 0)
        {
            // A carried state has no last move at a run's start.
            (r.P, r.G, r.XPrev) = ([.. s[..n]], s[n..(2 * n)], x.Step == 0 ? r.XPrev : s[(2 * n)..(3 * n)]);
            (r.Beta, r.Gm, r.LrP) = (numbers[0], numbers[1], numbers[2]);
            (r.MonotoneSteps, r.Iterations) = ((int)numbers[5], x.Age);
        }

        double[] old = [.. r.X];
        var probe = new ContractProbe<double>();
        r.Step((point, g) =>
        {
            if (!ReferenceEquals(point, r.X))
                return probe.Evaluate(point, g);
            given.CopyTo(g!, 0);
            return 0;
        });
        double[] guesses = [numbers[3] + r.LGuesses.Sum(), numbers[4] + r.LGuesses.Count];
        double[] after = [.. r.P, .. r.G, .. old, r.Beta, r.Gm, r.LrP, .. guesses, r.MonotoneSteps, 0];
        for (int i = 0; i < n; i++)
            x.Theta[i] = r.X[i];
        for (int i = 0; i < after.Length; i++)
            x.State[i] = after[i];
    };
}
