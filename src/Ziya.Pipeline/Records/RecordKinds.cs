using Ziya.Pipeline.Jobs;

namespace Ziya.Pipeline.Records;

/// <summary>Record kinds, their types and their names.</summary>
internal static class RecordKinds
{
    /// <summary>The type of a kind.</summary>
    public static Type TypeOf(RecordKind kind) => kind switch
    {
        RecordKind.Document => typeof(Document),
        RecordKind.Instruction => typeof(Instruction),
        RecordKind.Dialogue => typeof(Dialogue),
        _ => typeof(Preference),
    };

    /// <summary>The kind of a type, which is not the abstract one.</summary>
    public static RecordKind Of(Type type) => Enum.Parse<RecordKind>(type.Name);

    /// <summary>The name in the job language.</summary>
    public static string NameOf(RecordKind kind) => OptionShape.SnakeCase(kind.ToString());
}
