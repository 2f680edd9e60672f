using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Tuning.Protocols;

/// <summary>What of a plan decides the values of trials, in 16 hexadecimal digits.</summary>
internal static class PlanFingerprint
{
    /// <summary>Of family, model, training and the share of validation data.</summary>
    public static string Of(Plan plan, double validation)
    {
        Plan decisive = new(plan.Name, plan.Family, plan.Training, plan.Target, plan.Model, Baselines: [], Tuning: plan.Tuning);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(PlanJson.ToText(decisive) + validation.ToString("R", CultureInfo.InvariantCulture)));
        return Convert.ToHexStringLower(hash)[..16];
    }
}
