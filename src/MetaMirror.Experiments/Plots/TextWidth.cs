namespace MetaMirror.Experiments.Plots;

/// <summary>Estimated width of text in a wide sans-serif face (DejaVu Sans): the writer has no font, and margins must hold the longest label.</summary>
internal static class TextWidth
{
    /// <summary>Width in pixels, on the generous side.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">Font size in pixels.</param>
    /// <param name="bold">Whether the face is bold.</param>
    /// <returns>The estimate.</returns>
    public static double Of(string text, double size, bool bold = false)
    {
        var ems = 0.0;
        foreach (var c in text)
        {
            ems += c switch
            {
                'i' or 'j' or 'l' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' => 0.34,
                'f' or 't' or 'r' or '-' or ' ' or '(' or ')' or '/' or '[' or ']' => 0.41,
                'm' or 'w' or 'M' or 'W' or '%' or '@' => 0.97,
                >= 'A' and <= 'Z' => 0.71,
                >= '\u2E80' => 1.0,
                _ => 0.63,
            };
        }

        return ems * size * (bold ? 1.12 : 1);
    }

    /// <summary>Cuts text that is wider than the room it has.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">Font size in pixels.</param>
    /// <param name="room">Room in pixels.</param>
    /// <returns>The text, or its beginning followed by an ellipsis.</returns>
    public static string Fit(string text, double size, double room)
    {
        if (Of(text, size) <= room) return text;
        var length = text.Length;
        while (length > 1 && Of(text[..length], size) + size > room) length--;
        if (char.IsHighSurrogate(text[length - 1])) length--;
        return text[..length] + "…";
    }
}
