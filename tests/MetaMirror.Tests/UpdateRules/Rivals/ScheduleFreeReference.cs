using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>Schedule-free AdamW, line by line as in the authors' adamw_schedulefree_reference.py with x, y and z apart, in double. Theta is x. A run that carries a state begins a new average and keeps v, whose correction counts all its steps.</summary>
internal static class ScheduleFreeReference
{
    public static ReferenceStep Of(ScheduleFreeOptions o) => x =>
    {
        int n = x.Theta.Length, k = x.Step;
        bool begins = k == 0 || x.Age == 0;
        double b1 = x["beta1"].Real, b2 = x["beta2"].Real, decay = x["weight_decay"].Real, warmup = Math.Ceiling(o.WarmupShare * x.Steps);
        double lr = (x["learning_rate"] * x.Scale).Real * (k < warmup ? (k + 1) / warmup : 1) * Math.Sqrt(1 - Math.Pow(b2, x.Age + 1));
        double largest = Math.Max(lr, begins ? 0 : x.State[(2 * n) + 1].Real), weight = Math.Pow(k + 1, o.StepPower) * Math.Pow(largest, o.RatePower), sum = (begins ? 0 : x.State[2 * n].Real) + weight, c = weight / sum;
        for (int i = 0; i < n; i++)
        {
            double average = x.Theta[i].Real, z = begins ? average : x.State[i].Real, y = ((1 - b1) * z) + (b1 * average), g = x.Gradient[i].Real;
            z -= lr * decay * y;
            double v = (b2 * x.State[n + i].Real) + ((1 - b2) * g * g);
            z -= lr * g / (Math.Sqrt(v) + o.Epsilon);
            (x.State[i], x.State[n + i]) = (z, v);
            x.Theta[i] = ((1 - c) * average) + (c * z);
        }

        (x.State[2 * n], x.State[(2 * n) + 1]) = (sum, largest);
    };
}
