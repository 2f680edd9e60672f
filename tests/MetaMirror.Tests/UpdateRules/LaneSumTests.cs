using System.Numerics;
using System.Runtime.Intrinsics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Sums over coordinates have the bits of a scalar loop over 256-bit groups, whatever the machine.</summary>
public sealed class LaneSumTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(13)]
    public void Total_Is_That_Of_The_Scalar_Loop_Bit_For_Bit(int groups)
    {
        Compare<float>(groups);
        Compare<double>(groups);
    }

    private static void Compare<T>(int groups)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RandomStream stream = new(new StreamKey(5, 0, 0, StreamPurpose.Test, 0));
        int width = Vector256<T>.Count;
        var x = new T[groups * width];
        stream.FillNormal<T>(x);
        var sum = default(LaneSum<T>);
        var lanes = new double[8];
        for (int i = 0; i < x.Length; i += width)
            sum.Add(Vector256.Create(x, i));
        for (int i = 0; i < x.Length; i++)
            lanes[i % width] += double.CreateTruncating(x[i]);
        Assert.Equal(((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7])), sum.Total);
    }
}
