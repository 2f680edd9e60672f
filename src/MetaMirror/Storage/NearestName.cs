namespace MetaMirror.Storage;

/// <summary>The known name a misspelt one most likely means.</summary>
internal static class NearestName
{
    /// <summary>" (did you mean 'x'?)" for the name of least edit distance, if that is at most 2; else nothing.</summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        string? nearest = known.MinBy(k => Distance(name, k));
        return nearest is not null && Distance(name, nearest) <= 2 ? $" (did you mean '{nearest}'?)" : "";
    }

    /// <summary>Levenshtein's distance; names far longer than the known one are not compared.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2)
            return int.MaxValue;
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
