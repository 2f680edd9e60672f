using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>An update rule alone, gradients given.</summary>
public static class UpdateWorkload
{
    /// <summary>One step of a rule; theta, gradient and state are read, theta and state written, once each.</summary>
    /// <param name="name">Name of the workload.</param>
    /// <param name="layout">Parameters.</param>
    /// <param name="rule">The rule.</param>
    public static Workload Of(string name, ParameterLayout layout, UpdateRule<float> rule)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(rule);
        double n = layout.Length, state = rule.StateLength(layout);
        return new Workload(
            name, new Work(0, sizeof(float) * ((3 * n) + (2 * state)), sizeof(float) * ((2 * n) + state)), context => MakeData(context, layout, rule));
    }

    private static Func<Action> MakeData(WorkloadContext context, ParameterLayout layout, UpdateRule<float> rule)
    {
        float[] theta = context.Normal(layout.Length), gradient = context.Normal(layout.Length), scale = [1];
        var meta = new MetaParameters<float>([], rule.MetaSpecs(layout), []);
        return () =>
        {
            float[] state = new float[rule.StateLength(layout)], scratch = new float[rule.ScratchLength(layout)];
            int t = 0;
            return () =>
            {
                var step = new StepContext<float>
                {
                    Step = t, Steps = int.MaxValue, Age = t, Layout = layout, Meta = meta.Of(MetaPlace.Rule), Scratch = scratch,
                };
                rule.Step(step, new Iterate<float>(theta, gradient, scale, state));
                t++;
            };
        };
    }
}
