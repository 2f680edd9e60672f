using MetaMirror.Divergences;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>What rules are made of: so that a test with a line for every rule can't forget a new one.</summary>
internal static class RuleParts
{
    /// <summary>Rules and divergences of the library that no given rule contains.</summary>
    public static IEnumerable<Type> Missing(IEnumerable<UpdateRule<double>> rules)
    {
        UpdateRule<double>[] parts = [.. rules.SelectMany(Parts)];
        HashSet<Type> covered = [.. parts.Select(r => r.GetType()), .. parts.OfType<MirrorDescent<double>>().Select(m => m.Divergence.GetType())];
        return from type in typeof(UpdateRule<>).Assembly.GetTypes()
               where type is { IsAbstract: false, IsGenericTypeDefinition: true } && (Extends(type, typeof(UpdateRule<>)) || Extends(type, typeof(Divergence<>)))
               let made = type.MakeGenericType(typeof(double))
               where !covered.Contains(made)
               select made;
    }

    private static bool Extends(Type type, Type parent) =>
        type.BaseType is { } above && ((above.IsGenericType && above.GetGenericTypeDefinition() == parent) || Extends(above, parent));

    private static IEnumerable<UpdateRule<double>> Parts(UpdateRule<double> rule) => rule switch
    {
        Chain<double> chain => [rule, .. chain.Members.SelectMany(Parts)],
        BootstrappedMetaGradient<double> { Target: { } target } learner => [rule, .. Parts(learner.Rule), .. Parts(target)],
        BootstrappedMetaGradient<double> learner => [rule, .. Parts(learner.Rule)],
        AveragedRate<double> averaged => [rule, .. Parts(averaged.Rule)],
        OnlineRate<double> online => [rule, .. Parts(online.Rule)],
        DualNormScaling<double> scaling => [rule, .. Parts(scaling.Rule)],
        _ => [rule],
    };
}
