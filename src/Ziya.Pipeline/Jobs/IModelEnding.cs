namespace Ziya.Pipeline.Jobs;

/// <summary>A model that has something to leave behind when a run ends, whatever the end.</summary>
public interface IModelEnding
{
    /// <summary>Writes what is to be left in the run folder; what the user should know, a sentence each. May be called again.</summary>
    IEnumerable<string> End();
}
