using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Cases;

/// <summary>Case A39: after warm-up an inner run allocates nothing, whatever the rule, the network and the element type, on one thread and on two at once.</summary>
public sealed class InnerAllocationTests
{
    private const int Steps = 12;

    public static TheoryData<string> Rules => [.. RuleCases.All.Select(c => c.Name)];

    public static TheoryData<string> Networks => [.. Models.Keys];

    private static readonly Dictionary<string, Func<Network>> Models = new(StringComparer.Ordinal)
    {
        ["relu"] = () => Network.Mlp(6, 12, 10, 3),
        ["tanh"] = () => Network.Mlp(new Tanh(), 6, 8, 3),
        ["shared and unused"] = Shared,
        ["linear"] = () => Network.Mlp(6, 3),
        ["wide enough for blocked products"] = () => Network.Mlp(6, 96, 96, 3),
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Inner_runs_of_every_rule(string name)
    {
        RuleCase c = RuleCases.Named(name);
        Allocation.AssertNone(Run(Network.Mlp(6, 5, 3), c.Double()), 3);
        Allocation.AssertNone(Run(Network.Mlp(6, 5, 3), c.Single()), 3);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Inner_runs_on_every_network(string name)
    {
        foreach (bool fullBatch in (bool[])[false, true])
        {
            Allocation.AssertNone(Run(Models[name](), new Adam<double>(), fullBatch), 3);
            Allocation.AssertNone(Run(Models[name](), new Adam<float>(), fullBatch), 3);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Two_runs_at_once_on_two_threads(string name)
    {
        Action[] runs = [Run(Models[name](), new Adam<float>()), Run(Models[name](), new Adam<float>())];
        var team = new WorkerTeam(2);
        using var together = new Barrier(2);
        long[] allocated = new long[2];
        Action<int, int> body = (item, _) =>
        {
            // Each thread takes one run: neither goes on before both are here.
            Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
            allocated[item] = Allocation.Of(runs[item], 2);
        };
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 10 && least > 0; attempt++)
        {
            team.Run(2, body);
            least = Math.Min(least, allocated.Max());
        }

        Assert.Equal(0, least);
    }

    private static Action Run<T>(Network network, UpdateRule<T> rule, bool fullBatch = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Dataset<T> data = Draws.Classification<T>(60, 6, 3, 390);
        var descent = new Descent<T>(new NetworkObjective<T>(network, data, new Minibatches(data.Count, 16)), rule, new Unroll(Steps, fullBatch));
        var meta = new MetaParameters<T>([], rule.MetaSpecs(network.Layout), []);
        var stream = new RandomStream(new StreamKey(39, 0, 0, StreamPurpose.Test, 0));
        T[] start = new T[network.Layout.Length];
        network.Initialize(ref stream, start);
        return () =>
        {
            descent.Start(start, meta, new BatchKey(39, 0, 0, 0));
            if (descent.Run().Steps != Steps)
                throw new InvalidOperationException("The run diverged.");
        };
    }

    private static Network Shared()
    {
        var s = new Linear(6, 6);
        return new NetworkBuilder().Add(s).Tanh().Add(s).Linear(6, 3).Unused("unused", 4).Build();
    }
}
