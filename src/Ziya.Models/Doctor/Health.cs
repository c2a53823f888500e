namespace Ziya.Models.Doctor;

/// <summary>How a check came out.</summary>
public enum Health
{
    /// <summary>Well.</summary>
    Ok,

    /// <summary>It works, but not as one may expect.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Fault,
}
