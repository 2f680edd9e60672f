using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics.Tests;

/// <summary>
/// Rerun the kernel tests with METAMIRROR_EXPECT_ISA set to avx512, avx2, vector128 or scalar, beside DOTNET_EnableAVX512=0,
/// DOTNET_EnableAVX2=0 or DOTNET_EnableHWIntrinsic=0: this test proves that the switch did what it should.
/// </summary>
public sealed class InstructionSetTests
{
    private const string Variable = "METAMIRROR_EXPECT_ISA";

    [Fact]
    public void The_expected_vectors_are_in_use()
    {
        bool v128 = Vector128.IsHardwareAccelerated, v256 = Vector256.IsHardwareAccelerated, v512 = Vector512.IsHardwareAccelerated;
        switch (Environment.GetEnvironmentVariable(Variable))
        {
            case "avx512":
                Assert.True(v512);
                break;
            case "avx2":
                Assert.True(v256 && !v512);
                break;
            case "vector128":
                Assert.True(v128 && !v256);
                break;
            case "scalar":
                Assert.True(!v128 && !v256 && !v512);
                break;
            case null or "":
                Assert.True((!v512 || v256) && (!v256 || v128), "A wider vector is accelerated, a narrower one is not.");
                break;
            case var other:
                Assert.Fail($"{Variable} must be avx512, avx2, vector128 or scalar, but is {other}.");
                break;
        }
    }
}
