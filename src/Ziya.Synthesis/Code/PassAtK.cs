namespace Ziya.Synthesis.Code;

/// <summary>
/// How probable it is that one of k answers solves a problem, estimated without bias from n answers of which c do: <c>1 - C(n-c, k) / C(n, k)</c>
/// (Chen et al. 2021, arXiv:2107.03374, equation 1). The mean over problems is the figure that HumanEval and MBPP report.
/// </summary>
public static class PassAtK
{
    /// <summary>The estimate.</summary>
    /// <param name="answers">How many answers were tried (n), 1 or more.</param>
    /// <param name="passed">How many of them passed (c), 0 to n.</param>
    /// <param name="k">How many answers one may give, 1 to n.</param>
    public static double Of(int answers, int passed, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(answers);
        ArgumentOutOfRangeException.ThrowIfNegative(passed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(passed, answers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, answers);
        if (answers - passed < k)
        {
            return 1;
        }

        // C(n-c, k) / C(n, k) is the product of (i-k)/i = 1 - k/i over n-c < i <= n: no factorial, no overflow.
        var none = 1.0;
        for (var i = answers - passed + 1; i <= answers; i++)
        {
            none *= 1 - ((double)k / i);
        }

        return 1 - none;
    }
}
