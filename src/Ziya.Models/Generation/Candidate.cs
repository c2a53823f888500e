namespace Ziya.Models.Generation;

/// <summary>A token that may be chosen.</summary>
/// <param name="Weight">Its probability relative to the largest.</param>
/// <param name="Id">Its id.</param>
internal readonly record struct Candidate(float Weight, int Id) : IComparable<Candidate>
{
    /// <summary>By falling weight, then rising id.</summary>
    public int CompareTo(Candidate other) => Weight != other.Weight ? other.Weight.CompareTo(Weight) : Id.CompareTo(other.Id);
}
