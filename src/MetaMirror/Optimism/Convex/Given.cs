namespace MetaMirror.Optimism.Convex;

/// <summary>Numbers that callers give.</summary>
internal static class Given
{
    public static void Positive(double value, string name)
    {
        if (!(value > 0) || !double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, "Expected a positive finite number.");
    }
}
