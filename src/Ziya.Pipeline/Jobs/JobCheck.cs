using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Writing;

namespace Ziya.Pipeline.Jobs;

/// <summary>Checks what types and ranges cannot: record kinds between steps, references to scores, inputs and outputs on the disk.</summary>
internal static class JobCheck
{
    // What a format says itself, texts above all, is not among them.
    private static readonly string[] Kept = ["id", "source", "language", "bucket", "scores", "meta", "task", "difficulty", "lineage", "models"];

    /// <summary>All faults. Properties the binder could not fill are null and are passed over: it has said so already.</summary>
    public static IEnumerable<JobFault> Faults(Job job, YamlBinder binder, StepCatalog catalog, bool checkFiles)
    {
        var faults = new List<JobFault>();
        void Add(string path, string message) => faults.Add(new JobFault(binder.At(path), message));

        CheckSchedule(job, Add);

        if (job.Input is { Read: not null })
        {
            CheckInput(job.Input, catalog, checkFiles, Add);
        }

        foreach (var fault in Models(job, binder, checkFiles))
        {
            faults.Add(fault);
        }

        if (job.Steps is not null)
        {
            faults.AddRange(Steps(job, checkFiles, out var kind, out var from));
            if (job.Output is { Format: not null, Keep: not null })
            {
                // After a step that could not be read, kinds mean nothing.
                CheckFormat(job.Output, catalog, binder.Faults.Count > 0 ? null : RecordKinds.Of(kind), from, Add);
            }
        }

        if (job.Output is { Write: not null })
        {
            CheckOutput(job, checkFiles, Add);
        }

        return faults;
    }

    /// <summary>Models that nobody declared or that cannot do what a step wants of them, and what is wrong with those declared.</summary>
    private static IEnumerable<JobFault> Models(Job job, YamlBinder binder, bool checkFiles)
    {
        foreach (var (name, at, use) in binder.ModelUses)
        {
            if (!binder.ModelNames.Contains(name))
            {
                yield return new JobFault(at, binder.ModelNames.Count == 0
                    ? $"model '{name}' is not declared: the job has no 'models'."
                    : $"model '{name}' is not declared.{Suggestion.For(name, binder.ModelNames, "Models")}");
            }
            else if (job.Models.TryGetValue(name, out var model) && !model.Options.Serves(use))
            {
                yield return new JobFault(at, $"model '{name}' cannot be used here: it is not {Noun(use)}.");
            }
        }

        foreach (var model in checkFiles ? job.Models.Values : [])
        {
            foreach (var fault in model.Options.Check())
            {
                yield return new JobFault(model.At, $"model '{model.Name}': {fault}");
            }
        }
    }

    /// <summary><c>IGenerator</c> is "a generator".</summary>
    private static string Noun(Type use)
    {
        var noun = OptionShape.SnakeCase(use.Name.TrimStart('I')).Replace('_', ' ');
        return (noun[0] is 'a' or 'e' or 'i' or 'o' ? "an " : "a ") + noun;
    }

    private static void CheckInput(InputOptions input, StepCatalog catalog, bool checkFiles, Action<string, string> add)
    {
        var shape = RecordShape.Of(input.Kind);
        foreach (var (field, _) in input.Fields)
        {
            if (shape.Find(field) < 0)
            {
                add($"input.fields.{field}", $"a {OptionShape.SnakeCase(input.Kind.ToString())} has no field '{field}'.{Suggestion.For(field, shape.Slots.Select(slot => slot.Name), "Fields")}");
            }
        }

        if (input.Format != "auto" && !catalog.Formats.ContainsKey(input.Format))
        {
            add("input.format", $"unknown format '{input.Format}'.{Suggestion.For(input.Format, catalog.Formats.Keys.Append("auto"), "Formats")}");
            return;
        }

        for (var i = 0; checkFiles && i < input.Read.Count; i++)
        {
            foreach (var fault in InputListing.Faults(input, input.Read[i], catalog))
            {
                add($"input.read.{i}", fault);
            }
        }
    }

    private static List<JobFault> Steps(Job job, bool checkFiles, out Type kind, out string from)
    {
        var faults = new List<JobFault>();
        kind = RecordKinds.TypeOf(job.Input?.Kind ?? RecordKind.Document);
        from = "the input";
        var written = new HashSet<string>();
        var saved = new HashSet<string>();
        foreach (var step in job.Steps)
        {
            Step made;
            try
            {
                made = step.Create(job.Seed);
            }
            catch (InvalidOperationException exception)
            {
                faults.Add(new JobFault(step.At, exception.Message));
                continue;
            }

            if (!made.In.IsAssignableFrom(kind))
            {
                faults.Add(new JobFault(step.At, $"step '{step.Key}' takes {Kind(made.In)} records, but gets {Kind(kind)} records from {from}."));
            }

            else if (made.Kinds.Count > 0 && !made.Kinds.Contains(RecordKinds.Of(kind)))
            {
                faults.Add(new JobFault(step.At, $"step '{step.Key}' takes {string.Join(" or ", made.Kinds.Select(RecordKinds.NameOf))} records, but gets {Kind(kind)} records from {from}."));
            }

            foreach (var fault in made.Check())
            {
                faults.Add(new JobFault(step.At, $"step '{step.Key}': {fault}"));
            }

            if (made.Saves is { } path && SaveFault(path, saved, checkFiles) is { } unsaved)
            {
                faults.Add(new JobFault(step.At, $"step '{step.Key}': {unsaved}"));
            }

            foreach (var name in made.Reads)
            {
                if (!RecordField.IsNumber(name) && !written.Contains(name))
                {
                    faults.Add(new JobFault(step.At,
                        $"step '{step.Key}' reads '{name}', which nothing before it writes.{Suggestion.For(name, written.Concat(RecordField.Numbers), "Known here")} A number of the input is scores.NAME or meta.NAME."));
                }
            }

            if (made is RuleStep { Ruling.Tags: true } && made.Writes.FirstOrDefault(written.Contains) is { } again)
            {
                faults.Add(new JobFault(step.At, $"step '{step.Key}' writes '{again}', which a step before it writes too and would lose. Tag with one of them, or let one drop."));
            }

            written.UnionWith(made.Writes);
            kind = made.Out == typeof(Record) ? kind : made.Out;
            from = $"'{step.Key}'";
        }

        return faults;
    }

    private static string? SaveFault(string path, HashSet<string> saved, bool checkFiles)
    {
        var full = Path.GetFullPath(path);
        return Storage.Stores.IsBlob(path) ? $"{path}: such files are kept on this machine; name one that is no URL."
            : !saved.Add(full) ? $"two steps would save to {path}."
            : checkFiles && Directory.Exists(full) ? $"{path} is a folder: name a file to save to."
            : checkFiles && WriteProbe(Path.GetDirectoryName(full) ?? full) is { } fault ? $"{path} cannot be written: {fault}"
            : null;
    }

    private static void CheckFormat(OutputOptions output, StepCatalog catalog, RecordKind? kind, string from, Action<string, string> add)
    {
        if (!catalog.OutputFormats.ContainsKey(output.Format))
        {
            add("output.format", $"unknown format '{output.Format}'.{Suggestion.For(output.Format, catalog.OutputFormats.Keys, "Formats")}");
            return;
        }

        var format = output.OpenFormat();
        if (kind is { } found && !format.Kinds.Contains(found))
        {
            add("output.format", $"format '{output.Format}' takes {string.Join(" or ", format.Kinds.Select(RecordKinds.NameOf))} records, but gets {RecordKinds.NameOf(found)} records from {from}.");
        }

        if (output.Variant is { } variant && !format.Variants.Contains(variant))
        {
            add("output.variant", format.Variants.Count == 0 ? $"format '{output.Format}' has no variants." : $"'variant' cannot be '{variant}'.{Suggestion.For(variant, format.Variants, "Choices")}");
        }

        if (format.HasTemplate ? format.TemplateFault() is { } : output.Template is not null)
        {
            add("output.template", format.TemplateFault() ?? $"format '{output.Format}' has no template.");
        }

        foreach (var fault in output.Tokens is not null && !format.HasTokens ? [$"format '{output.Format}' writes no tokens: leave out 'tokens', or say 'format: tokens'."] : format.Faults())
        {
            add(output.Tokens is null ? "output.format" : "output.tokens", fault);
        }

        for (var i = 0; i < output.Keep.Count; i++)
        {
            if (format.IsWhole || format.HasTokens || !Kept.Contains(output.Keep[i]))
            {
                add($"output.keep.{i}", format.HasTokens ? $"format '{output.Format}' writes tokens alone." : format.IsWhole ? $"format '{output.Format}' writes all fields as it is." : $"'{output.Keep[i]}' cannot be kept.{Suggestion.For(output.Keep[i], Kept, "Fields")}");
            }
        }
    }

    private static void CheckOutput(Job job, bool checkFiles, Action<string, string> add)
    {
        var pattern = job.Output.Write;
        foreach (var field in FolderPattern.Fields(pattern))
        {
            if (!RecordField.IsText(field))
            {
                add("output.write", $"no folder can be made from '{{{field}}}'.{Suggestion.For(field, RecordField.Texts, "Fields")} Of the input: meta.NAME.");
            }
        }

        if (pattern.Count(c => c == '{') != FolderPattern.Fields(pattern).Count() || pattern.Count(c => c == '}') != pattern.Count(c => c == '{'))
        {
            add("output.write", $"'{pattern}' has a brace that is not part of a {{field}}.");
            return;
        }

        var root = FolderPattern.Root(pattern);
        if (Storage.Stores.Fault(root) is { } elsewhere)
        {
            add("output.write", elsewhere);
            return;
        }

        if (Array.Exists(root.Split('/', '\\'), part => part == "runs") && Directory.Exists(Path.Combine(root, "phases")))
        {
            add("output.write", $"{root} is a run folder. Choose another one.");
        }

        if (checkFiles)
        {
            CheckFolder(job, root, add);
        }
    }

    private static void CheckFolder(Job job, string root, Action<string, string> add)
    {
        if (job.Input is { Read: not null } input)
        {
            foreach (var read in input.Read)
            {
                if (IsInside(Glob.Folder(Storage.FileStore.Slashes(read)), root))
                {
                    add("output.write", $"{root} holds the input {read}: a second run would read its own output. Choose another folder.");
                }
            }
        }

        if (Dataset.OwnerOf(root) is { } owner && owner != job.Name)
        {
            add("output.write", $"{root} holds the dataset of job '{owner}' (its manifest.json says so). Choose another folder, or delete that one.");
        }

        if (WriteProbe(root) is { } fault)
        {
            add("output.write", $"{root} cannot be written: {fault}");
        }
    }

    private static bool IsInside(string path, string folder)
    {
        if (Storage.Stores.IsBlob(path) || Storage.Stores.IsBlob(folder))
        {
            return (path.TrimEnd('/') + "/").StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);
        }

        var inner = Path.GetFullPath(path.Length == 0 ? "." : path).TrimEnd('/') + "/";
        var outer = Path.GetFullPath(folder.Length == 0 ? "." : folder).TrimEnd('/') + "/";
        return inner.StartsWith(outer, StringComparison.Ordinal);
    }

    private static string? WriteProbe(string folder)
    {
        if (Storage.Stores.IsBlob(folder))
        {
            return BlobProbe(Storage.Stores.At(folder));
        }

        var existing = Path.GetFullPath(folder.Length == 0 ? "." : folder);
        while (!Directory.Exists(existing))
        {
            if (File.Exists(existing))
            {
                return $"{existing} is a file.";
            }

            existing = Path.GetDirectoryName(existing)!;
        }

        var probe = Path.Combine(existing, $".ziya-{Environment.ProcessId}");
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            {
                return null;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message.Replace(probe, existing, StringComparison.Ordinal);
        }
    }

    private static string? BlobProbe(Storage.IStore store)
    {
        try
        {
            var probe = $".ziya-{Environment.ProcessId}";
            store.TryReplace(probe, [], null);
            store.Delete(probe);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private static void CheckSchedule(Job job, Action<string, string> add)
    {
        if (job.Schedule is { } schedule && !Cronos.CronExpression.TryParse(schedule, out _))
        {
            add("schedule", $"'{schedule}' is not a cron expression of five fields (minute hour day month weekday): \"0 2 * * *\" is every night at two.");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(job.TimeZone, out _))
        {
            add("time_zone", $"'{job.TimeZone}' is no time zone of this machine. Names are like Asia/Shanghai, Europe/London or UTC.");
        }
    }

    private static string Kind(Type type) => type == typeof(Record) ? "any" : RecordKinds.NameOf(RecordKinds.Of(type));
}
