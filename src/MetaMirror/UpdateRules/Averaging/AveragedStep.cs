using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Averaging;

/// <summary>
/// One step of <see cref="AveragedRate{T}"/>, chunk by chunk, so that what a chunk needs stays in the first cache. Sums are in double, in the order of chunks.
/// </summary>
internal readonly ref struct AveragedStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Numbers in a chunk.</summary>
    public const int Chunk = 1024;

    // Averages of the shares' meta-gradients and of their squares.
    private const double SlopeKeep = 0.9, SquareKeep = 0.99;

    // The scale stays within e^27 = 5e11 of the rate it starts from, either way.
    private const double MostLogScale = 27;

    // A move is at most so many times the root mean square of the last ones, an average that keeps so much of itself.
    private const double MostGrowth = 3, MoveKeep = 0.9;

    private readonly AveragedRateOptions _options;
    private readonly int _step;
    private readonly double _rate;
    private readonly double _metaRate;

    /// <summary>1 - b and b.</summary>
    private readonly T _ofZ;
    private readonly T _ofMean;

    /// <summary>c, the weight of the new iterate in the average.</summary>
    private readonly T _weight;
    private readonly T _memory;

    public AveragedStep(AveragedRateOptions options, int step, double rate, double metaRate)
    {
        _options = options;
        _step = step;
        _rate = rate;
        _metaRate = metaRate;
        _ofZ = T.CreateTruncating(1 - options.Interpolation);
        _ofMean = T.CreateTruncating(options.Interpolation);
        _weight = T.CreateTruncating((options.Power + 1) / (step + 1 + options.Power));
        _memory = T.CreateTruncating(options.Memory);
    }

    /// <summary>From the rule's own move to the new theta.</summary>
    /// <param name="s">State.</param>
    /// <param name="work">Old: theta before the step.</param>
    /// <param name="theta">In: where the rule's own step leads; out: theta of the next step.</param>
    public void Take(in AveragedRateState<T> s, in AveragedRateScratch<T> work, Span<T> theta)
    {
        Vectors.Subtract(work.Old, theta, work.Old);
        double logScale = double.CreateTruncating(s.LogScale[0]), floor = 0, square = 0;
        if (_step > 0)
        {
            Cosine past = Look(s, work, out floor);
            logScale = Bounded(logScale - (_metaRate * past.Value));
            s.LogScale[0] = T.CreateTruncating(logScale);
            double next = Prepare(s, work, T.CreateTruncating(_rate * Math.Exp(logScale)), floor, T.CreateTruncating(-past.Overshoot), out square);
            if (_options.IsOptimistic)
                logScale = Bounded(logScale - (_metaRate * next));
        }
        else
        {
            if (!s.Share.IsEmpty)
                Vectors.Multiply(s.Share, work.Old, work.Old);
            square = Vectors.SquaredNorm<T>(work.Old);
        }

        double scale = _rate * Math.Exp(logScale);
        Move(s, work, T.CreateTruncating(scale * Shortening(s, scale * Math.Sqrt(square))), theta);
    }

    /// <summary>What keeps a move from being far longer than those before it: a scale may have grown while gradients were small. Takes its length into the average.</summary>
    private double Shortening(in AveragedRateState<T> s, double length)
    {
        double mean = double.CreateTruncating(s.MoveSquare[0]), factor = 1;
        if (_step > 0 && mean > 0)
        {
            double most = MostGrowth * Math.Sqrt(mean / (1 - Math.Pow(MoveKeep, _step)));
            if (length > most)
                (factor, length) = (most / length, most);
        }

        s.MoveSquare[0] = T.CreateTruncating((MoveKeep * mean) + ((1 - MoveKeep) * length * length));
        return factor;
    }

    /// <summary>The sums of cos(g, e); the averages of g o e take it in.</summary>
    private Cosine Look(in AveragedRateState<T> s, in AveragedRateScratch<T> work, out double floor)
    {
        T slopeKeep = T.CreateTruncating(SlopeKeep), slopeTake = T.CreateTruncating(1 - SlopeKeep), squareKeep = T.CreateTruncating(SquareKeep), squareTake = T.CreateTruncating(1 - SquareKeep);
        var cosine = default(Cosine);
        double squares = 0;
        for (int i = 0; i < s.Z.Length; i += Chunk)
        {
            int m = Math.Min(Chunk, s.Z.Length - i);
            Span<T> e = work.Trace[..m], g = work.Gradient.Slice(i, m);
            Vectors.LinearCombination(_ofZ, s.TraceZ.Slice(i, m), _ofMean, s.TraceMean.Slice(i, m), e);
            cosine.Add(g, e);
            if (s.Share.IsEmpty)
                continue;
            Span<T> slope = s.Slope.Slice(i, m), square = s.Square.Slice(i, m);
            Vectors.Multiply<T>(g, e, e);
            Vectors.LinearCombination(slopeKeep, slope, slopeTake, e, slope);
            Vectors.Multiply<T>(e, e, e);
            Vectors.LinearCombination(squareKeep, square, squareTake, e, square);
            squares += Vectors.Sum<T>(square);
        }

        floor = Math.Sqrt(squares / s.Z.Length);
        if (!double.IsFinite(floor))
        {
            // A square left the range of T: forgotten, since an average would keep it for good.
            s.Slope.Clear();
            s.Square.Clear();
            floor = 0;
        }

        return cosine;
    }

    /// <summary>
    /// Moves the shares, takes from e what overshot, and makes d the step's move, shares times d; gives cos(g, e') for e' after a step of this scale, if it is optimistic. The shares of
    /// this step then are those that would follow if g o e' came next; they are not kept.
    /// </summary>
    private double Prepare(in AveragedRateState<T> s, in AveragedRateScratch<T> work, T scale, double floor, T overshoot, out double square)
    {
        double squares = 1 - Math.Pow(SquareKeep, _step);
        var growth = new ShareGrowth<T>(_options, floor, Math.Sqrt(squares) / (1 - Math.Pow(SlopeKeep, _step)));
        var guess = new ShareGrowth<T>(_options, floor, Math.Sqrt(squares) / (1 - Math.Pow(SlopeKeep, _step + 1)));
        T slopeKeep = T.CreateTruncating(SlopeKeep), slopeTake = T.CreateTruncating(1 - SlopeKeep);
        var cosine = default(Cosine);
        square = 0;
        for (int i = 0; i < s.Z.Length; i += Chunk)
        {
            int m = Math.Min(Chunk, s.Z.Length - i);
            Span<T> d = work.Old.Slice(i, m), move = work.Work[..m], e = work.Trace[..m], share = s.Share.IsEmpty ? default : s.Share.Slice(i, m);
            ReadOnlySpan<T> g = work.Gradient.Slice(i, m);
            if (!share.IsEmpty)
                growth.Grow(share, s.Slope.Slice(i, m), s.Square.Slice(i, m));
            if (overshoot != T.Zero)
            {
                Vectors.AddScaled(overshoot, g, s.TraceZ.Slice(i, m));
                Vectors.AddScaled(overshoot, g, s.TraceMean.Slice(i, m));
            }

            if (_options.IsOptimistic)
            {
                Shared(share, d, move);

                // e' = (1 - b + b c) e_z' + b gamma (1 - c) e_x, e_z' = gamma e_z - w d.
                Vectors.LinearCombination(_memory, s.TraceZ.Slice(i, m), -scale, move, move);
                Vectors.LinearCombination(_ofZ + (_ofMean * _weight), move, _ofMean * _memory * (T.One - _weight), s.TraceMean.Slice(i, m), e);
                cosine.Add(g, e);
            }

            if (!share.IsEmpty && _options.IsOptimistic)
            {
                Vectors.Multiply(g, e, e);
                Vectors.LinearCombination(slopeKeep, s.Slope.Slice(i, m), slopeTake, e, e);
                share.CopyTo(move);
                guess.Grow(move, e, s.Square.Slice(i, m));
                share = move;
            }

            Shared(share, d, d);
            square += Vectors.SquaredNorm<T>(d);
        }

        return cosine.Value;
    }

    /// <summary>The step with this scale.</summary>
    private void Move(in AveragedRateState<T> s, in AveragedRateScratch<T> work, T scale, Span<T> theta)
    {
        for (int i = 0; i < s.Z.Length; i += Chunk)
        {
            int m = Math.Min(Chunk, s.Z.Length - i);
            Span<T> move = work.Old.Slice(i, m), z = s.Z.Slice(i, m), mean = s.Mean.Slice(i, m), traceZ = s.TraceZ.Slice(i, m), traceMean = s.TraceMean.Slice(i, m);
            Vectors.AddScaled(-scale, move, z);
            Vectors.LinearCombination(_memory, traceZ, -scale, move, traceZ);
            Vectors.Subtract(z, mean, move);
            Vectors.AddScaled(_weight, move, mean);
            Vectors.LinearCombination(_memory * (T.One - _weight), traceMean, _weight, traceZ, traceMean);
            Vectors.LinearCombination(_ofZ, z, _ofMean, mean, theta.Slice(i, m));
        }
    }

    /// <summary>The move d times its shares.</summary>
    private static void Shared(ReadOnlySpan<T> share, ReadOnlySpan<T> d, Span<T> move)
    {
        if (!share.IsEmpty)
            Vectors.Multiply(share, d, move);
        else if (!(d == move))
            d.CopyTo(move);
    }

    private static double Bounded(double logScale) => Math.Clamp(logScale, -MostLogScale, MostLogScale);

    /// <summary>What is known of g and e.</summary>
    private struct Cosine
    {
        private double _product;
        private double _gradient;
        private double _trace;

        /// <summary>k: e - k g has no part along g, if that part was an overshoot.</summary>
        public readonly double Overshoot => Math.Max(0, _product / _gradient) is var k && T.IsFinite(T.CreateTruncating(k)) ? k : 0;

        /// <summary>cos(g, e); 0 where one of them is 0 or too large.</summary>
        public readonly double Value => _product / (Math.Sqrt(_gradient) * Math.Sqrt(_trace)) is var c && double.IsFinite(c) ? c : 0;

        public void Add(ReadOnlySpan<T> g, ReadOnlySpan<T> e)
        {
            _product += Vectors.Dot(g, e);
            _gradient += Vectors.SquaredNorm(g);
            _trace += Vectors.SquaredNorm(e);
        }
    }
}
