using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>A tracked basis in the file format: options as fields, start bases and priors as tensors.</summary>
internal static class TrackedBasisCodec
{
    private const string Following = "following";
    private const string Eigenvectors = "eigenvectors";

    public static void Write<T>(TrackedBasis<T> r, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TrackedBasisOptions o = r.Options;
        w.Number("learningRate", o.LearningRate).Number("momentum", o.Momentum).Number("averaging", o.Averaging).Number("exponent", o.Exponent).Number("priorWeight", o.PriorWeight)
            .Number("trustRegion", double.IsPositiveInfinity(o.TrustRegion) ? 0 : o.TrustRegion).Number("factorAveraging", o.FactorAveraging).Integer("rank", o.Rank)
            .Integer("largestColumns", o.LargestColumns).Integer("largestRows", o.LargestRows).Flag("rotateTracked", o.RotateTracked).Number("largestAspect", double.IsPositiveInfinity(o.LargestAspect) ? 0 : o.LargestAspect).Flag("rotateVectors", o.RotateVectors).Flag("projectedFactor", o.ProjectedFactor).Integer("refreshEvery", o.RefreshEvery)
            .Sizes("earlyRefreshes", o.EarlyRefreshes).Text("refresh", o.Refresh == BasisRefresh.Eigenvectors ? Eigenvectors : Following).Flag("rotateResidual", o.RotateResidual)
            .Integer("residualEvery", o.ResidualEvery).Integer("factorEvery", o.FactorEvery).Integer("trackEvery", o.TrackEvery).Learn(o.Learn);
        BasisTensors.Write(r.Start, w);
    }

    /// <exception cref="StorageException">A field or tensor is missing or of another kind.</exception>
    public static TrackedBasis<T> Read<T>(JsonFields f, RuleTensors<T> tensors)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // 0 stands for infinity, which JSON does not have.
        double trustRegion = f.Number("trustRegion"), aspect = f.Number("largestAspect");
        var options = new TrackedBasisOptions
        {
            LearningRate = f.Number("learningRate"), Momentum = f.Number("momentum"), Averaging = f.Number("averaging"), Exponent = f.Number("exponent"),
            PriorWeight = f.Number("priorWeight"), TrustRegion = trustRegion == 0 ? double.PositiveInfinity : trustRegion, FactorAveraging = f.Number("factorAveraging"),
            Rank = f.Integer("rank"), LargestColumns = f.Integer("largestColumns", 1), LargestRows = f.Integer("largestRows"), RotateTracked = f.Flag("rotateTracked"), LargestAspect = aspect == 0 ? double.PositiveInfinity : aspect, RotateVectors = f.Flag("rotateVectors"), ProjectedFactor = f.Flag("projectedFactor"),
            RefreshEvery = f.Integer("refreshEvery", 1), EarlyRefreshes = [.. f.Sizes("earlyRefreshes")], RotateResidual = f.Flag("rotateResidual"),
            ResidualEvery = f.Integer("residualEvery", 1), FactorEvery = f.Integer("factorEvery", 1), TrackEvery = f.Integer("trackEvery", 1), Learn = f.Texts("learn"),
            Refresh = f.Text("refresh") switch
            {
                Following => BasisRefresh.Following,
                Eigenvectors => BasisRefresh.Eigenvectors,
                var other => throw new StorageException($"rule, refresh: expected {Following} or {Eigenvectors}, found {Quoted.Text(other)}"),
            },
        };
        return new TrackedBasis<T>(BasisTensors.Read(tensors), options);
    }
}
