namespace MetaMirror.Experiments.Plots;

/// <summary>How strongly a series is drawn.</summary>
public enum SeriesWeight
{
    /// <summary>The subject of the picture: boldest line, strongest color.</summary>
    Learned,

    /// <summary>The same rule with nothing learned: dashed, gray.</summary>
    Control,

    /// <summary>A modern rival: middle weight.</summary>
    Rival,

    /// <summary>A classic baseline: thin, muted.</summary>
    Baseline,

    /// <summary>One of several equal parts (a component of a maximum).</summary>
    Part,
}

/// <summary>Color and weight of a series, as style-sheet classes, so that light and dark themes both work.</summary>
/// <param name="Weight">How strongly it is drawn.</param>
/// <param name="Index">Which of the weight's colors, from 0; colors repeat, with another dash pattern for lines.</param>
public readonly record struct SeriesStyle(SeriesWeight Weight, int Index)
{
    private string Letter => Weight switch
    {
        SeriesWeight.Learned => "l",
        SeriesWeight.Control => "c",
        SeriesWeight.Rival => "r",
        SeriesWeight.Baseline => "b",
        _ => "k",
    };

    /// <summary>Number of colors of a weight.</summary>
    /// <param name="weight">The weight.</param>
    /// <returns>The number of different colors before they repeat.</returns>
    public static int Colors(SeriesWeight weight) => weight switch
    {
        SeriesWeight.Learned => 5,
        SeriesWeight.Control => 2,
        SeriesWeight.Rival => 5,
        SeriesWeight.Baseline => 6,
        _ => 8,
    };

    /// <summary>Classes that set the color variable <c>--c</c>, the line width and the dash pattern.</summary>
    public string Classes => $"w{Letter} {Letter}{(Index % Colors(Weight)) + 1} d{Index / Colors(Weight) % 3}";

    /// <summary>Drawing order: the subject last, on top.</summary>
    internal int Layer => Weight switch { SeriesWeight.Baseline => 0, SeriesWeight.Rival => 1, SeriesWeight.Control => 2, _ => 3 };
}
