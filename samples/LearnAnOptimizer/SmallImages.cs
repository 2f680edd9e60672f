using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace LearnAnOptimizer;

/// <summary>A convolutional network of one's own, with a residual block.</summary>
internal static class SmallImages
{
    /// <summary>Its loss on the data, with gradients and Hessian-vector products.</summary>
    /// <param name="images">Images of 8 x 8 pixels in ten classes, 64 features an example.</param>
    public static NetworkObjective<float> Classifier(Dataset<float> images)
    {
        #region network
        Network network = new NetworkBuilder(new FeatureShape(Channels: 1, Rows: 8, Columns: 8))
            .Conv2d(16, kernel: 3, padding: 1, name: "stem").BatchNorm2d().ReLU()
            .Residual(
                body => body.Conv2d(32, kernel: 3, stride: 2, padding: 1).BatchNorm2d().ReLU().Conv2d(32, kernel: 3, padding: 1).BatchNorm2d(),
                shortcut => shortcut.Conv2d(32, kernel: 1, stride: 2).BatchNorm2d(),
                name: "block").ReLU()
            .MaxPool2d(2)
            .Flatten()
            .Linear(10, name: "classes")
            .Build();

        var objective = new NetworkObjective<float>(network, images, new Minibatches(images.Count, 64));
        #endregion
        return objective;
    }

    /// <summary>Noise, and two rows of four bright pixels where the class says: five heights (one of them dark), left or right.</summary>
    /// <param name="count">Images.</param>
    public static Dataset<float> Draw(int count)
    {
        var stream = new RandomStream(new StreamKey(2, 0, 0, StreamPurpose.Data, 0));
        float[] pixels = new float[count * 64];
        int[] labels = new int[count];
        stream.FillNormal(pixels.AsSpan());
        for (int n = 0; n < count; n++)
        {
            int label = labels[n] = n % 10, row = label / 2, column = 4 * (label % 2);
            for (int i = 0; i < 8; i++)
                pixels[(64 * n) + (8 * ((2 * row % 8) + (i / 4))) + column + (i % 4)] += row == 4 ? -2 : 2;
        }

        return Dataset<float>.Classification("bright pixels", pixels, 64, labels, 10);
    }
}
