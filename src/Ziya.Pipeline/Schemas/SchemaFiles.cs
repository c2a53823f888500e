using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Writing;

namespace Ziya.Pipeline.Schemas;

/// <summary>The files in <c>schemas/</c>: JSON Schema (draft 2020-12) of what people write and of what runs write.</summary>
/// <remarks>
/// Generated from the types that read and write these files, so that they cannot say anything else. The schema of jobs has only
/// keywords of draft 7 and no references: editors' YAML support handles those best.
/// </remarks>
public static class SchemaFiles
{
    /// <summary>Content by file name. Depends on the catalog and the assemblies' documentation files alone.</summary>
    public static IReadOnlyDictionary<string, byte[]> Write(StepCatalog catalog)
    {
        var docs = new DocComments();
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["job.schema.json"] = JsonText.Write(JobSchema.Of(catalog, docs)),
            ["manifest.schema.json"] = JsonText.Write(OutputSchema.Of(typeof(Manifest), docs)),
            ["report.schema.json"] = JsonText.Write(OutputSchema.Of(typeof(Report), docs)),
        };
        foreach (var kind in Enum.GetValues<RecordKind>())
        {
            files.Add($"{Jobs.OptionShape.SnakeCase(kind.ToString())}.schema.json", JsonText.Write(RecordSchema.Of(kind, docs)));
        }

        return files;
    }
}
