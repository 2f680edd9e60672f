using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Citations;

/// <summary>What to cite for optimizers, data sets and plans.</summary>
public static class Bibliography
{
    /// <summary>The name that stands for all works.</summary>
    public const string Everything = "all";

    /// <summary>The name of this project.</summary>
    public const string Self = "metamirror";

    /// <summary>The key of MetaMD v1, whose Theorem 4.1 certificates speak of.</summary>
    public const string MetaMd = "gao2022metamd";

    private const string Mirror = "beck2003mirror", Soap = "vyas2025soap", Averages = "shamir2013stochastic", Adam = "kingma2015adam", Baydin = "baydin2018hypergradient", Optimistic = "flennerhag2023optimistic", Bootstrapped = "flennerhag2022bootstrapped";
    private const string TinyImages = "krizhevsky2009tiny";

    private static readonly string[] Implemented = [Self, MetaMd, "gao2023metamd", "flennerhag2023optimistic", "flennerhag2022bootstrapped"];

    // By name of an optimizer or data set; the order of a list is that of Works.
    private static readonly SortedDictionary<string, string[]> Keys = new(StringComparer.Ordinal)
    {
        ["sgd"] = ["robbins1951stochastic"],
        ["sgd-momentum"] = ["polyak1964some"],
        ["nesterov"] = ["nesterov1983method"],
        ["rmsprop"] = ["tieleman2012rmsprop"],
        ["adam"] = [Adam],
        ["nadam"] = ["dozat2016nadam"],
        ["adamw"] = ["loshchilov2019adamw"],
        ["adagrad"] = ["duchi2011adagrad"],
        ["optimistic-sgd"] = ["rakhlin2013optimization", "daskalakis2018training"],
        ["omega"] = ["ramirez2023omega"],
        ["soap"] = [Soap],
        ["muon"] = ["jordan2024muon"],
        ["shampoo"] = ["gupta2018shampoo"],
        ["lion"] = ["chen2023lion"],
        ["schedule-free"] = ["defazio2024road"],
        ["prodigy"] = ["mishchenko2024prodigy"],
        ["metamd-diagonal"] = [Self, MetaMd, Mirror],
        ["metamd-max3"] = [Self, MetaMd, Mirror],
        ["metamd-diagonal-printed"] = [MetaMd],
        ["metamd-max3-printed"] = [MetaMd],
        ["metamirror-full"] = [Self, MetaMd, Mirror],
        ["metamirror-kronecker"] = [Self, MetaMd, "gao2023metamd", Mirror],
        ["metamirror-basis"] = [Self, MetaMd, Mirror, Adam, Soap],
        ["metamirror-tracked"] = [Self, MetaMd, Mirror, Adam, Soap, Averages],
        ["unlearned-basis"] = [Self, Adam],
        ["unlearned-tracked"] = [Self, Soap, Averages],
        ["unlearned-mirror"] = [Mirror],
        ["meta-sgd"] = ["li2017metasgd"],
        ["meta-curvature"] = ["park2019metacurvature"],
        ["warp-grad"] = ["flennerhag2020warpgrad"],
        ["aruba"] = ["khodak2019aruba"],
        ["aruba-plus"] = ["khodak2019aruba"],
        ["lstm-rule"] = ["andrychowicz2016learning"],
        ["mlp-rule"] = ["metz2019understanding"],
        ["fds"] = ["micaelli2021fds"],
        ["hypergradient-descent"] = [Baydin],
        ["hypergradient-descent-elementwise"] = [Baydin],
        ["hypergradient-adam"] = [Baydin, Adam],
        ["normalized-hypergradient"] = [Baydin],
        ["optimistic-hypergradient"] = [Optimistic, Baydin],
        ["optimistic-hypergradient-scalar"] = [Optimistic, Baydin],
        ["lookahead-hypergradient"] = [Optimistic, Baydin],
        ["hypergradient-adam-elementwise"] = [Baydin, Adam],
        ["optimistic-hypergradient-adam"] = [Optimistic, Baydin, Adam],
        ["averaged-meta-gradient"] = [Optimistic, "cutkosky2019anytime", "defazio2024road"],
        ["optimistic-meta-gradient"] = [Optimistic, "cutkosky2019anytime", "defazio2024road"],
        ["osgm"] = ["chu2025osgm", "gao2024online", Baydin],
        ["bootstrapped"] = [Bootstrapped],
        ["bootstrapped-momentum"] = [Bootstrapped],
        ["bootstrapped-adam"] = [Bootstrapped, Adam],
        ["bootstrapped-kl"] = [Bootstrapped],
        ["bootstrapped-steps"] = [Bootstrapped],
        ["bootstrapped-to-momentum"] = [Bootstrapped],
        ["bootstrapped-to-adam"] = [Bootstrapped, Adam],
        ["meta-gradient"] = [Optimistic],
        ["powersign"] = ["bello2017neural"],
        ["addsign"] = ["bello2017neural"],
        ["optdigits"] = ["alpaydin1998optdigits"],
        ["mnist"] = ["lecun1998gradient"],
        ["fashion-mnist"] = ["xiao2017fashion"],
        ["kmnist"] = ["clanuwat2018kmnist"],
        ["usps"] = ["hull1994database"],
        ["qmnist"] = ["yadav2019qmnist"],
        ["svhn"] = ["netzer2011svhn"],
        ["cifar-10"] = [TinyImages],
        ["cifar-100"] = [TinyImages],
        ["cifar-100-coarse"] = [TinyImages],
        ["stl-10"] = ["coates2011stl"],
        ["bmg"] = [Bootstrapped],
        ["omg"] = ["flennerhag2023optimistic"],
    };

    /// <summary>The works behind some names, each once: this project first, then in order of kind.</summary>
    /// <param name="names">Optimizers, data sets, plans that come with this program, keys of works, or <c>all</c>; none: this project and the papers that it implements.</param>
    /// <returns>The works.</returns>
    /// <exception cref="ArgumentException">A name is unknown; the message names the nearest.</exception>
    public static IReadOnlyList<Reference> Of(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        HashSet<string> keys = [.. names.Count == 0 ? Implemented : names.SelectMany(KeysOf)];
        return [.. Works.All.Where(w => keys.Contains(w.Key)).Select(w => w.ToReference())];
    }

    private static IEnumerable<string> KeysOf(string name)
    {
        if (string.Equals(name, Everything, StringComparison.Ordinal))
            return Works.All.Select(w => w.Key);
        if (Keys.TryGetValue(name, out string[]? keys))
            return keys;
        if (Works.All.Any(w => string.Equals(w.Key, name, StringComparison.Ordinal)))
            return [name];
        if (PlanFile.Embedded.Contains(name, StringComparer.Ordinal))
            return NamesIn(PlanFile.Read(name)).SelectMany(KeysOf).Prepend(Self);
        string nearest = NearestName.Of(name, [Everything, .. Keys.Keys, .. PlanFile.Embedded, .. Works.All.Select(w => w.Key)]) is { } near ? $" (did you mean '{near}'?)" : "";
        throw new ArgumentException($"expected an optimizer, a data set, a plan, a key of a reference, or '{Everything}', found {Shown.Text(name)}{nearest}", nameof(name));
    }

    private static IEnumerable<string> NamesIn(Plan plan)
    {
        string[] learned = [.. plan.Learned.Select(l => l.Optimizer)];
        return [.. PlanData.Names(plan.Family), .. learned, .. plan.Controls, .. plan.Baselines];
    }
}
