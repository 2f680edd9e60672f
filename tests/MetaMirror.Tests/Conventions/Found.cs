namespace MetaMirror.Tests.Conventions;

/// <summary>Lists of offenders: empty, or the whole list in the failure's message.</summary>
internal static class Found
{
    public static void Nothing(IEnumerable<string> offenders)
    {
        string[] all = [.. offenders];
        Assert.True(all.Length == 0, $"Found {all.Length}:\n{string.Join('\n', all)}");
    }
}
