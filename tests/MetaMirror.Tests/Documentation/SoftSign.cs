using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Documentation;

#region rule
/// <summary>theta -= eta g / (|g| + c), elementwise: the sign of the gradient, softened below c. Meta-parameters: learning_rate (eta), softness (c).</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SoftSign<T>(double learningRate, double softness = 1) : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override string Name => "soft-sign";

    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) =>
    [
        MetaParameterSpec<T>.Scalar("learning_rate", learningRate, MetaTransform.Log),
        MetaParameterSpec<T>.Scalar("softness", softness, MetaTransform.Log),
    ];

    public override int StateLength(ParameterLayout layout) => 0;

    public override int ScratchLength(ParameterLayout layout) => 0;

    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        T eta = context.Meta[0] * x.Scale[0], c = context.Meta[1];
        for (int i = 0; i < x.Theta.Length; i++)
            x.Theta[i] -= eta * x.Gradient[i] / (T.Abs(x.Gradient[i]) + c);
    }

    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        T eta = context.Meta[0] * x.Scale[0], c = context.Meta[1];
        T dEta = (metaTangent[0] * x.Scale[0]) + (context.Meta[0] * tangent.Scale[0]), dc = metaTangent[1];
        for (int i = 0; i < x.Theta.Length; i++)
        {
            T g = x.Gradient[i], d = T.Abs(g) + c;
            tangent.Theta[i] -= (dEta * g / d) + (eta * c / (d * d) * tangent.Gradient[i]) - (eta * g / (d * d) * dc);
        }
    }

    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        T eta = context.Meta[0] * x.Scale[0], c = context.Meta[1], aEta = T.Zero;
        for (int i = 0; i < x.Theta.Length; i++)
        {
            T g = x.Gradient[i], d = T.Abs(g) + c, a = cotangent.Theta[i];
            cotangent.Gradient[i] -= eta * c / (d * d) * a;
            aEta -= g / d * a;
            metaCotangent[1] += eta * g / (d * d) * a;
        }

        metaCotangent[0] += aEta * x.Scale[0];
        cotangent.Scale[0] += aEta * context.Meta[0];
    }
}
#endregion
