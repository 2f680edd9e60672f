using System.Numerics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>One rate's meta-update with its partial derivatives: the scalar form of <see cref="RateMap{T}"/>.</summary>
internal readonly struct RatePartials<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T Two = T.One + T.One;

    /// <summary>Takes the update.</summary>
    /// <param name="map">Its constants.</param>
    /// <param name="w">Rate before.</param>
    /// <param name="v">What normalizes, before.</param>
    /// <param name="z">Sum of slopes before.</param>
    /// <param name="g">G.</param>
    /// <param name="past">What G was guessed to be.</param>
    /// <param name="next">Guess of the next.</param>
    public RatePartials(in RateMap<T> map, T w, T v, T z, T g, T past, T next)
    {
        bool sums = map.Normalization == RateNormalization.AdaGrad, averages = map.Normalization == RateNormalization.RunningRms;
        T before, beta = map.Beta;
        if (map.Form == RateForm.Anchored)
        {
            T error = g - past, sum = z + g + next, root = T.One, bySquare = T.Zero;
            if (sums)
            {
                T square = v + (error * error);
                root = InverseRoot(square);
                bySquare = -beta * sum * root * root * root / Two;
                (VByV, VByG, VByPast) = (T.One, Two * error, -Two * error);
            }

            T along = root * sum;
            if (map.DeadZone > T.Zero)
            {
                T inside = T.Clamp(along, -map.DeadZone, map.DeadZone);
                if (inside == along)
                    (beta, bySquare) = (T.Zero, T.Zero);
                along -= inside;
            }

            before = map.Start + (map.Beta * along);
            (ByStart, ByBeta, ByZ, ByNext) = (T.One, along, beta * root, beta * root);
            (ByV, ByG, ByPast) = (bySquare * VByV, (beta * root) + (bySquare * VByG), bySquare * VByPast);
        }
        else
        {
            bool multiplies = map.Form == RateForm.Multiplicative;
            T gain = multiplies ? w : T.One, u = g + (next - past), slope = gain * g, along = gain * u, root = T.One, bySquare = T.Zero, take = T.Zero;
            if (sums || averages)
            {
                (VByV, take, T correction) = sums ? (T.One, T.One, T.One) : (map.Keep, map.Take, map.Correction);
                root = InverseRoot(((v * VByV) + (slope * slope * take)) / correction);
                bySquare = -along * root * root * root / (Two * correction);
                VByG = Two * take * slope * gain;
            }

            T q = along * root, qByG = (gain * root) + (bySquare * VByG), qByW = T.Zero;
            if (multiplies)
            {
                VByW = Two * take * slope * g;
                qByW = (u * root) + (bySquare * VByW);
            }

            T growth = T.One, outer = T.One;
            before = w + (beta * q);
            if (multiplies)
            {
                // d/dx (1 + x/2) / (1 - x/2) = 1 / (1 - x/2)^2; none where x is clipped.
                T x = beta * q, half = T.Clamp(x, -T.One, T.One) / Two, rest = T.One - half;
                growth = (T.One + half) / rest;
                before = w * growth;
                outer = T.Abs(x) <= T.One ? w / (rest * rest) : T.Zero;
            }

            (ByBeta, ByG, ByNext, ByPast) = (outer * q, outer * beta * qByG, outer * beta * gain * root, -outer * beta * gain * root);
            (ByV, ByW) = (outer * beta * bySquare * VByV, growth + (outer * beta * qByW));
        }

        W = T.Min(T.Max(before, map.Lowest), map.Highest);
        if (before >= map.Lowest && before <= map.Highest)
            return;
        (ByStart, ByBeta, ByW, ByV, ByZ, ByG, ByPast, ByNext) = (T.Zero, T.Zero, T.Zero, T.Zero, T.Zero, T.Zero, T.Zero, T.Zero);
    }

    /// <summary>Rate after.</summary>
    public T W { get; }

    public T ByStart { get; }

    public T ByBeta { get; }

    public T ByW { get; }

    public T ByV { get; }

    public T ByZ { get; }

    public T ByG { get; }

    public T ByPast { get; }

    public T ByNext { get; }

    public T VByW { get; }

    public T VByV { get; }

    public T VByG { get; }

    public T VByPast { get; }

    private static T InverseRoot(T square) => square > T.Zero ? T.One / T.Sqrt(square) : T.Zero;
}
