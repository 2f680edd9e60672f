namespace MetaMirror.Numerics.Tests.Convolutions;

public sealed class WinogradMatrixTests
{
    public static TheoryData<int> Sides => [2, 4];

    [Theory]
    [MemberData(nameof(Sides))]
    public void Matrices_of_the_bound_are_a_filtering_algorithm(int side)
    {
        // Entries of the three matrices are at most 6 and there are 6 terms: some 100 units of roundoff.
        const double Tolerance = 1e-14;
        WinogradBound bound = side == 2 ? WinogradBound.F2 : WinogradBound.F4;
        for (int position = 0; position < side; position++)
        {
            for (int tap = 0; tap < 3; tap++)
            {
                for (int input = 0; input < side + 2; input++)
                    Assert.Equal(position + tap == input ? 1 : 0, bound.Entry(position, tap, input), Tolerance);
            }
        }
    }

    [Theory]
    [InlineData(64, 32, 4, false, false)]
    [InlineData(128, 16, 4, false, true)]
    [InlineData(256, 8, 4, true, true)]
    [InlineData(512, 4, 4, true, true)]
    [InlineData(64, 2, 2, true, false)]
    [InlineData(4, 5, 2, false, false)]
    [InlineData(512, 80, 4, false, false)]
    public void The_plan_follows_the_shape(int channels, int size, int side, bool stripes, bool blocks)
    {
        var operands = new WinogradOperands<float> { Images = 32, Channels = channels, Lanes = channels, Rows = size, Columns = size, Padding = 1 };
        Assert.Equal(new WinogradPlan(side, stripes), WinogradPlan.Of(operands));
        Assert.Equal(new WinogradPlan(side, blocks), WinogradPlan.OfWeights(operands));
    }
}
