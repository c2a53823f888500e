using System.Text.Json.Nodes;

namespace Ziya.Pipeline.Steps;

/// <summary>A record leaves the stream.</summary>
/// <param name="Reason">Why, a word or two in snake_case that the report counts by.</param>
/// <param name="Detail">What else is worth keeping with it, such as the measured value.</param>
public sealed record Drop(string Reason, JsonObject? Detail = null)
{
    /// <summary>A drop because a measured value lies beyond its limit; both are kept in <c>dropped/</c>.</summary>
    public static Drop Beyond(string reason, double value, double limit) =>
        new(reason, new JsonObject { ["value"] = Math.Round(value, 6), ["limit"] = limit });
}
