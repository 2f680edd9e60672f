using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.InitialPoints;

/// <summary>theta_1(mu): where an inner run starts.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class InitialPoint<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Meta-parameters of the initial point.</summary>
    public abstract IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout);

    /// <summary>Writes theta_1.</summary>
    public abstract void Place(LearningTask<T> task, ref RandomStream stream, ReadOnlySpan<T> meta, Span<T> theta);

    /// <summary>dTheta = (dtheta_1/dmu) metaTangent, overwritten.</summary>
    public abstract void Jvp(ReadOnlySpan<T> metaTangent, Span<T> dTheta);

    /// <summary>aMeta += (dtheta_1/dmu)^T aTheta.</summary>
    public abstract void AddVjp(ReadOnlySpan<T> aTheta, Span<T> aMeta);
}
