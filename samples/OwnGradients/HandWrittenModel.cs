namespace OwnGradients;

/// <summary>A network 64-32-10 with ReLU and cross-entropy, its gradient by hand: any code that fills a span with a gradient would do.</summary>
/// <param name="data">What it is trained on.</param>
public sealed class HandWrittenModel(Clusters data)
{
    private const int In = Clusters.Features, Hidden = 32, Out = Clusters.Classes, Batch = 32;
    private const int B1 = Hidden * In, W2 = B1 + Hidden, B2 = W2 + (Out * Hidden), Length = B2 + Out;

    private readonly float[] _hidden = new float[Hidden];
    private readonly float[] _error = new float[Out];

    /// <summary>Initial parameters: 0.weight [32 x 64], 0.bias [32], 2.weight [10 x 32], 2.bias [10], one after the other.</summary>
    public float[] Start()
    {
        var parameters = new float[Length];
        for (int i = 0; i < Length; i++)
        {
            float width = 1 / MathF.Sqrt(i < W2 ? In : Hidden);
            parameters[i] = width * MathF.Sin(i * 12.9898f);
        }

        return parameters;
    }

    /// <summary>Loss on mini-batch t; the gradient is overwritten.</summary>
    public float Gradient(ReadOnlySpan<float> parameters, Span<float> gradient, int t)
    {
        gradient.Clear();
        float loss = 0;
        for (int k = 0; k < Batch; k++)
            loss += Example(parameters, gradient, ((t * Batch) + k) * 37 % Clusters.Count) / Batch;
        return loss;
    }

    /// <summary>Mean loss over all examples.</summary>
    public float MeanLoss(ReadOnlySpan<float> parameters)
    {
        float loss = 0;
        for (int n = 0; n < Clusters.Count; n++)
            loss += Example(parameters, [], n) / Clusters.Count;
        return loss;
    }

    /// <summary>Loss of one example; unless it is empty, its part of the mean gradient is added.</summary>
    private float Example(ReadOnlySpan<float> p, Span<float> g, int n)
    {
        ReadOnlySpan<float> x = data.Inputs.AsSpan(n * In, In);
        for (int h = 0; h < Hidden; h++)
        {
            float z = p[B1 + h];
            for (int j = 0; j < In; j++)
                z += p[(h * In) + j] * x[j];
            _hidden[h] = MathF.Max(z, 0);
        }

        float max = float.NegativeInfinity, sum = 0;
        for (int c = 0; c < Out; c++)
        {
            _error[c] = p[B2 + c];
            for (int h = 0; h < Hidden; h++)
                _error[c] += p[W2 + (c * Hidden) + h] * _hidden[h];
            max = MathF.Max(max, _error[c]);
        }

        int label = data.Labels[n];
        float score = _error[label] - max;
        for (int c = 0; c < Out; c++)
            sum += _error[c] = MathF.Exp(_error[c] - max);
        if (!g.IsEmpty)
            Backward(p, g, x, label, sum);
        return MathF.Log(sum) - score;
    }

    private void Backward(ReadOnlySpan<float> p, Span<float> g, ReadOnlySpan<float> x, int label, float sum)
    {
        for (int c = 0; c < Out; c++)
        {
            _error[c] = ((_error[c] / sum) - (c == label ? 1 : 0)) / Batch;
            g[B2 + c] += _error[c];
            for (int h = 0; h < Hidden; h++)
                g[W2 + (c * Hidden) + h] += _error[c] * _hidden[h];
        }

        for (int h = 0; h < Hidden; h++)
        {
            if (_hidden[h] <= 0)
                continue;
            float a = 0;
            for (int c = 0; c < Out; c++)
                a += _error[c] * p[W2 + (c * Hidden) + h];
            g[B1 + h] += a;
            for (int j = 0; j < In; j++)
                g[(h * In) + j] += a * x[j];
        }
    }
}
