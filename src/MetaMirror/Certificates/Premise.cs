namespace MetaMirror.Certificates;

/// <summary>How a premise of a certificate stands.</summary>
public enum PremiseStatus
{
    /// <summary>It was verified, by computation or because it holds by construction.</summary>
    Checked,

    /// <summary>It can't be verified from what is at hand; the certificate holds if it does.</summary>
    Assumed,

    /// <summary>It does not hold, or nothing is known for it: the certificate is refused.</summary>
    Failed,
}

/// <summary>One condition under which a certificate holds.</summary>
/// <param name="Text">The condition, in words.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Margin">By how much it holds (negative: fails), in its own unit; null where there is nothing to measure.</param>
public sealed record Premise(string Text, PremiseStatus Status, double? Margin = null)
{
    /// <summary>How it was checked, or why it can't be, and what the margin is of: a clause. Default: nothing.</summary>
    public string How { get; init; } = "";

    /// <summary>A verified premise.</summary>
    public static Premise Checked(string text, double? margin = null, string how = "") => new(text, PremiseStatus.Checked, margin) { How = how };

    /// <summary>A premise that stays open.</summary>
    public static Premise Assumed(string text, double? margin = null, string how = "") => new(text, PremiseStatus.Assumed, margin) { How = how };

    /// <summary>A premise that does not hold.</summary>
    public static Premise Failed(string text, double? margin = null, string how = "") => new(text, PremiseStatus.Failed, margin) { How = how };

    /// <summary>Checked if <paramref name="holds"/>, else failed.</summary>
    public static Premise Test(bool holds, string text, double? margin = null, string how = "") => holds ? Checked(text, margin, how) : Failed(text, margin, how);

    /// <summary>Checked if found &lt;= limit; the margin is limit - found. A found that is not a number fails.</summary>
    public static Premise AtMost(double found, double limit, string text, string how = "") => Test(found <= limit, text, double.IsNaN(limit - found) ? null : limit - found, how);
}
