using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>
/// The mirror step of any potential: Newton's method with conjugate gradients on grad phi(theta+) = grad phi(theta) - eta g (MetaMD v1
/// Eq. 3-5), with the derivative of the implicit function theorem, H+ dtheta+ = H dtheta - eta dg - deta g + (M - M+) dmu, where H and M are
/// the second derivatives of phi at theta (at theta+ with a plus). The oracle of every closed form, and the door to other divergences.
/// </summary>
/// <remarks>
/// phi is lambda-strongly convex in the 2-norm with the potential's lambda, hence 1-strongly convex in sqrt(lambda) ||.||_2, whose dual
/// norm squared is ||g||_2^2 / lambda.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class NumericalMirrorStep<T> : Divergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Potential<T> _potential;
    private readonly NewtonMirrorSolver<T> _newton;

    /// <summary>The mirror step of <paramref name="potential"/>.</summary>
    /// <param name="potential">phi.</param>
    /// <param name="options">Tolerance and iteration limits. Default: <see cref="NewtonOptions"/>'s.</param>
    public NumericalMirrorStep(Potential<T> potential, NewtonOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(potential);
        _potential = potential;
        _newton = new NewtonMirrorSolver<T>(potential, options ?? new NewtonOptions());
    }

    /// <inheritdoc/>
    public override string Name => $"numerical-{_potential.Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _potential.MetaSpecs(layout);

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return (NewtonMirrorSolver<T>.ScratchVectors + 3) * layout.Length;
    }

    /// <inheritdoc/>
    /// <exception cref="MirrorStepFailedException">Newton's method did not reach its tolerance: phi is not strictly convex there, or no theta+ has the gradient asked for. theta is not changed.</exception>
    public override void Step(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, Span<T> theta, Span<T> state)
    {
        context.Layout.RequireLength(theta.Length, nameof(theta));
        context.Layout.RequireLength(gradient.Length, nameof(gradient));
        Span<T> next = context.Scratch[..theta.Length];
        Solve(context, eta, gradient, theta, next);
        next.CopyTo(theta);
    }

    /// <inheritdoc/>
    public override void StepJvp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        ReadOnlySpan<T> metaTangent, T dEta, ReadOnlySpan<T> dGradient, Span<T> dTheta, Span<T> dState)
    {
        context.Layout.RequireLength(dTheta.Length, nameof(dTheta));
        int n = theta.Length;
        Span<T> next = context.Scratch[..n], right = context.Scratch.Slice(n, n), work = context.Scratch[(3 * n)..];
        Solve(context, eta, gradient, theta, next);

        // (M - M+) dmu: the product at theta+ enters with the other sign.
        right.Clear();
        _potential.AddMixedProduct(next, context.Meta, metaTangent, right);
        Vectors.Scale(-T.One, right);
        _potential.AddMixedProduct(theta, context.Meta, metaTangent, right);
        Span<T> product = context.Scratch.Slice(2 * n, n);
        _potential.HessianVector(theta, context.Meta, dTheta, product);
        Vectors.AddScaled(T.One, product, right);
        Vectors.AddScaled(-eta, dGradient, right);
        Vectors.AddScaled(-dEta, gradient, right);
        _newton.SolveHessian(next, context.Meta, right, dTheta, work);
    }

    /// <inheritdoc/>
    public override void StepVjp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        Span<T> aTheta, Span<T> aState, Span<T> aGradient, Span<T> aMeta, Span<T> aEta)
    {
        context.Layout.RequireLength(aTheta.Length, nameof(aTheta));
        int n = theta.Length;
        Span<T> next = context.Scratch[..n], p = context.Scratch.Slice(n, n), negative = context.Scratch.Slice(2 * n, n), work = context.Scratch[(3 * n)..];
        Solve(context, eta, gradient, theta, next);
        _newton.SolveHessian(next, context.Meta, aTheta, p, work);
        _potential.HessianVector(theta, context.Meta, p, aTheta);
        Vectors.AddScaled(-eta, p, aGradient);
        aEta[0] -= T.CreateTruncating(Vectors.Dot(gradient, p));
        _potential.AddMixedTransposeProduct(theta, context.Meta, p, aMeta);
        p.CopyTo(negative);
        Vectors.Scale(-T.One, negative);
        _potential.AddMixedTransposeProduct(next, context.Meta, negative, aMeta);
    }

    /// <inheritdoc/>
    public override double Potential(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center) => _potential.Value(theta, context.Meta);

    /// <inheritdoc/>
    public override void PotentialGradient(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center, Span<T> gradient) =>
        _potential.Gradient(theta, context.Meta, gradient);

    /// <inheritdoc/>
    public override double Bregman(in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference)
    {
        Span<T> slope = context.Scratch[..point.Length], delta = context.Scratch.Slice(point.Length, point.Length);
        _potential.Gradient(reference, context.Meta, slope);
        Vectors.Subtract(point, reference, delta);
        return _potential.Value(point, context.Meta) - _potential.Value(reference, context.Meta) - Vectors.Dot<T>(slope, delta);
    }

    /// <inheritdoc/>
    public override void AddBregmanGradient(
        in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference, T weight, Span<T> aPoint, Span<T> aReference, Span<T> aMeta)
    {
        int n = point.Length;
        Span<T> delta = context.Scratch[..n], work = context.Scratch.Slice(n, n);
        Vectors.Subtract(point, reference, delta);
        if (!aPoint.IsEmpty)
        {
            _potential.Gradient(point, context.Meta, work);
            Vectors.AddScaled(weight, work, aPoint);
            _potential.Gradient(reference, context.Meta, work);
            Vectors.AddScaled(-weight, work, aPoint);
        }

        if (!aReference.IsEmpty)
        {
            _potential.HessianVector(reference, context.Meta, delta, work);
            Vectors.AddScaled(-weight, work, aReference);
        }

        if (aMeta.IsEmpty)
            return;
        _potential.AddMetaGradient(point, context.Meta, weight, aMeta);
        _potential.AddMetaGradient(reference, context.Meta, -weight, aMeta);
        Vectors.Scale(-weight, delta);
        _potential.AddMixedTransposeProduct(reference, context.Meta, delta, aMeta);
    }

    /// <inheritdoc/>
    public override double StrongConvexity(in DivergenceContext<T> context) => _potential.StrongConvexity(context.Meta);

    /// <inheritdoc/>
    public override void AddStrongConvexityGradient(in DivergenceContext<T> context, T weight, Span<T> aMeta) =>
        _potential.AddStrongConvexityGradient(context.Meta, weight, aMeta);

    /// <inheritdoc/>
    public override double DualNormSquared(in DivergenceContext<T> context, ReadOnlySpan<T> g) => Vectors.SquaredNorm(g) / StrongConvexity(context);

    /// <inheritdoc/>
    public override void AddDualNormSquaredGradient(in DivergenceContext<T> context, ReadOnlySpan<T> g, T weight, Span<T> aG, Span<T> aMeta)
    {
        double lambda = StrongConvexity(context);
        if (!aG.IsEmpty)
            Vectors.AddScaled(T.CreateTruncating(2 / lambda) * weight, g, aG);
        if (!aMeta.IsEmpty)
            AddStrongConvexityGradient(context, T.CreateTruncating(-Vectors.SquaredNorm(g) / (lambda * lambda)) * weight, aMeta);
    }

    private void Solve(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, Span<T> next)
    {
        int n = theta.Length;
        Span<T> z = context.Scratch.Slice(n, n);
        _potential.Gradient(theta, context.Meta, z);
        double scale = Math.Sqrt(Vectors.SquaredNorm<T>(z)) + (Math.Abs(double.CreateTruncating(eta)) * Math.Sqrt(Vectors.SquaredNorm(gradient)));
        Vectors.AddScaled(-eta, gradient, z);
        theta.CopyTo(next);
        _newton.Solve(z, context.Meta, scale, next, context.Scratch[(3 * n)..]);
    }
}
