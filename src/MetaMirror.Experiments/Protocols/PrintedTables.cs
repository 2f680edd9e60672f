namespace MetaMirror.Experiments.Protocols;

/// <summary>The tables of MetaMD v1, in percent.</summary>
internal static class PrintedTables
{
    private static readonly string[] Rotations = ["rotation-0", "rotation-15", "rotation-30", "rotation-45", "rotation-60", "rotation-75"];

    /// <summary>RotatedMNIST, 3-layer MLP (Table 1).</summary>
    public static PrintedTable RotatedMlp { get; } = new(
        Rotations,
        [
            new("sgd", [92.23, 91.91, 92.57, 92.89, 92.73, 92.36], [.57, .49, .32, .35, .32, .87]),
            new("sgd-momentum", [94.77, 94.64, 94.66, 94.67, 94.60, 94.47], [.58, .14, .29, .47, .47, .63]),
            new("adam", [92.96, 93.29, 93.51, 93.69, 93.67, 92.98], [.58, .92, .84, .99, .35, 1.17]),
            new("rmsprop", [92.48, 93.56, 92.77, 93.58, 93.43, 93.14], [.49, .51, .50, .32, .32, .31]),
            new(PrintedRow.MetaMd, [95.22, 95.18, 95.44, 95.34, 95.51, 95.12], [.70, .45, .27, .30, .57, .48]),
        ]);

    /// <summary>DiverseDigits, LeNet (section 5.3); the column of QMNIST (96.23, 97.21, 98.10, 98.30, 98.41) has no data here.</summary>
    public static PrintedTable DigitsLeNet { get; } = new(
        ["mnist", "kmnist", "fashion-mnist", "usps", "svhn"],
        [
            new("sgd", [96.44, 87.61, 88.95, 92.73, 85.44], []),
            new("sgd-momentum", [98.47, 92.54, 86.44, 95.37, 86.26], []),
            new("adam", [98.49, 93.20, 87.36, 93.68, 87.07], []),
            new("rmsprop", [98.65, 93.14, 87.45, 95.43, 87.01], []),
            new(PrintedRow.MetaMd, [98.64, 93.81, 87.72, 95.61, 87.59], []),
        ]);

    /// <summary>ResNet-18 on CIFAR-10 (section 5.4).</summary>
    public static PrintedTable CifarResNet { get; } = new(
        ["cifar-10"],
        [
            new("sgd-momentum", [91.43], []),
            new("adam", [91.29], []),
            new("adamw", [92.64], []),
            new(PrintedRow.MetaMd, [93.74], []),
        ]);

    /// <summary>Nothing to put beside ours.</summary>
    public static PrintedTable None { get; } = new([], []);
}
