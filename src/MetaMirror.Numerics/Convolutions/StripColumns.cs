using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>Chooses the kernel for a window of some vectors, one or two to a row.</summary>
internal static unsafe class StripColumns<T, TVector, TSimd>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    public static void Slide(int width, int step, T* pixels, nint pitch, nint channels, nint count, T* w, T* strip, nint row)
    {
        switch (step == 2 ? -width : width)
        {
            case 1: Slide<OneVector, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case 2: Slide<TwoVectors, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case 3: Slide<ThreeVectors, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case 4: Slide<FourVectors, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case 5: Slide<FiveVectors, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case 6: Slide<SixVectors, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case 7: Slide<SevenVectors, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case 8: Slide<EightVectors, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case 9: Slide<NineVectors, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case 10: Slide<TenVectors, OneVector>(pixels, pitch, channels, count, w, strip, row); break;
            case -2: Slide<TwoVectors, TwoVectors>(pixels, pitch, channels, count, w, strip, row); break;
            case -4: Slide<FourVectors, TwoVectors>(pixels, pitch, channels, count, w, strip, row); break;
            case -6: Slide<SixVectors, TwoVectors>(pixels, pitch, channels, count, w, strip, row); break;
            case -8: Slide<EightVectors, TwoVectors>(pixels, pitch, channels, count, w, strip, row); break;
            default: Slide<TenVectors, TwoVectors>(pixels, pitch, channels, count, w, strip, row); break;
        }
    }

    private static void Slide<TWidth, TStep>(T* pixels, nint pitch, nint channels, nint count, T* w, T* strip, nint row)
        where TWidth : struct, ITileWidth
        where TStep : struct, ITileWidth =>
        StripColumn<T, TVector, TSimd, TWidth, TStep>.Slide(pixels, pitch, channels, count, w, strip, row);
}
