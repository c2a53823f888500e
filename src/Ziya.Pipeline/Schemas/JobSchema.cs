using System.Text.Json.Nodes;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Schemas;

/// <summary>The schema of job files: the types' tree, and what only the catalog knows: steps, formats and record fields.</summary>
internal static class JobSchema
{
    /// <summary>Draft named by all schemas.</summary>
    public const string Draft = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>The schema.</summary>
    public static JsonObject Of(StepCatalog catalog, DocComments docs)
    {
        var job = new OptionSchema(docs, Special(catalog, docs)).Record(typeof(Job), docs.Of(typeof(Job)));
        var input = (JsonObject)job["properties"]!["input"]!["properties"]!;
        input["format"]!["enum"] = new JsonArray(["auto", .. catalog.Formats.Keys]);
        job["properties"]!["output"]!["properties"]!["format"]!["enum"] = new JsonArray([.. catalog.OutputFormats.Keys]);
        var fields = (JsonObject)input["fields"]!;
        fields["properties"] = FieldNames();
        fields["additionalProperties"] = false;
        job.Insert(0, "$schema", Draft);
        job.Insert(1, "title", "Ziya.Pipeline job");
        return job;
    }

    private static Dictionary<Type, Func<OptionSchema, JsonObject>> Special(StepCatalog catalog, DocComments docs) => new()
    {
        [typeof(IReadOnlyList<JobStep>)] = options => Steps(catalog, docs, options),
        [typeof(IReadOnlyDictionary<string, JobModel>)] = options => Models(catalog, docs, options),
    };

    /// <summary>A mapping of names to entries, each of one of the kinds there are: which one, an option tells that no other kind has.</summary>
    private static JsonObject Models(StepCatalog catalog, DocComments docs, OptionSchema options) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = new JsonObject
        {
            ["oneOf"] = new JsonArray([.. catalog.Models.Values.Select(type => options.Record(type, docs.Of(type)))]),
        },
    };

    /// <summary>
    /// A list of names and of mappings with one key. One mapping with every step as its property rather than a choice between
    /// one mapping a step: then an editor can say what is wrong inside a step, and which name is unknown.
    /// </summary>
    private static JsonObject Steps(StepCatalog catalog, DocComments docs, OptionSchema options)
    {
        var properties = new JsonObject();
        var bare = new JsonArray();
        foreach (var step in catalog.Steps)
        {
            var schema = options.Record(step.Options, docs.Of(step.Step));
            properties.Add(step.Name, schema);
            if (!schema.ContainsKey("required"))
            {
                bare.Add(step.Name);
            }
        }

        var mapping = new JsonObject
        {
            ["description"] = "A step with its options.",
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
            ["minProperties"] = 1,
            ["maxProperties"] = 1,
        };
        var name = new JsonObject { ["description"] = "A step with the defaults of all its options.", ["type"] = "string", ["enum"] = bare };
        return new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["oneOf"] = new JsonArray(mapping, name) } };
    }

    /// <summary>The fields of all kinds. Which of them the job's kind has, the job's own check says.</summary>
    private static JsonObject FieldNames()
    {
        var names = new JsonObject();
        foreach (var kind in Enum.GetValues<RecordKind>())
        {
            foreach (var slot in RecordShape.Of(kind).Slots.Where(slot => !names.ContainsKey(slot.Name)))
            {
                names.Add(slot.Name, new JsonObject { ["description"] = $"Where the input has this. {slot.Meaning}", ["type"] = "string" });
            }
        }

        return names;
    }
}
