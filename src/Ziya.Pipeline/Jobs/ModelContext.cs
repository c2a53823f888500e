using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Jobs;

/// <summary>What a model is given when it is opened.</summary>
/// <param name="Name">Its name in the job.</param>
/// <param name="Identity">All that decides what it answers: its options and versions. Part of the address of what it keeps.</param>
/// <param name="Store">The run folder. What is kept below <see cref="Folder"/> outlives the process: a run that goes on finds it.</param>
/// <param name="Time">The clock.</param>
/// <param name="Use">The interface a step asks for. A model that serves several is opened once for each.</param>
public sealed record ModelContext(string Name, string Identity, IStore Store, TimeProvider Time, Type Use)
{
    internal const string Root = "completions/";
    internal const string RecordingsRoot = "recordings/";

    /// <summary>Where in the run folder the model may keep answers.</summary>
    public string Folder => $"{Root}{Name}/";

    /// <summary>Where in the run folder the model may keep what is to be recorded.</summary>
    public string Recordings => $"{RecordingsRoot}{Name}/";
}
