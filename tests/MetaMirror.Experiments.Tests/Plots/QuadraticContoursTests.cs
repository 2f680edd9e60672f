using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class QuadraticContoursTests
{
    private static readonly PlaneQuadratic Quadratic = new(9, 0.3, 0.1, 1, 1);

    [Fact]
    public void The_gradient_vanishes_at_the_minimizer()
    {
        var (x, y) = Quadratic.Minimizer;

        // Entries are of size 10 and the condition number is 100: rounding of a few 1e-14.
        Assert.Equal(Quadratic.B0, 2 * ((Quadratic.Q00 * x) + (Quadratic.Q01 * y)), 1e-12);
        Assert.Equal(Quadratic.B1, 2 * ((Quadratic.Q01 * x) + (Quadratic.Q11 * y)), 1e-12);
    }

    [Fact]
    public void Every_point_of_an_ellipse_has_its_level()
    {
        foreach (var (x, y) in Quadratic.Ellipse(2.5, 61)) Assert.Equal(2.5, Quadratic.Excess(x, y), 1e-11);
    }

    [Fact]
    public void A_saddle_has_no_ellipses()
    {
        var saddle = new PlaneQuadratic(1, 0, -1, 0, 0);
        Assert.False(saddle.IsConvex);
        Assert.Throws<InvalidOperationException>(() => saddle.Ellipse(1, 10));
    }
}
