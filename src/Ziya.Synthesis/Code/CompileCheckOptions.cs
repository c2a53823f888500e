using System.ComponentModel.DataAnnotations;
using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;

namespace Ziya.Synthesis.Code;

/// <summary>Options of <c>compile_check</c>.</summary>
public sealed record CompileCheckOptions
{
    /// <summary>Languages that are checked: c, cpp, csharp, go, java, javascript, python, rust, shell, sql. Code in others is not looked at. Default: none named, which checks these and counts code in any other as unchecked.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>The language of code that says none: of answers without a fence, which are then code as a whole, and of fences without a word where no other fence has one. Default: none.</summary>
    public string? Language { get; init; }

    /// <summary>What becomes of an answer that is wrong: `drop` or `keep`. Default drop. Of several candidates the wrong ones leave, and the record with the last.</summary>
    [RegularExpression("drop|keep")]
    public string Failed { get; init; } = "drop";

    /// <summary>What becomes of an answer with code that could not be checked, for want of a compiler or a library: `drop` or `keep`. Default keep; the score `unchecked` counts its blocks.</summary>
    [RegularExpression("drop|keep")]
    public string Unchecked { get; init; } = "keep";

    /// <summary>What becomes of an answer without code: `drop` or `keep`. Default keep.</summary>
    [RegularExpression("drop|keep")]
    public string NoCode { get; init; } = "keep";

    /// <summary>Most seconds of processor time of a process. Default 10, range 1 to 600. On the clock a check may take three times that and five seconds.</summary>
    [Range(1, 600)]
    public int Seconds { get; init; } = 10;

    /// <summary>Most megabytes of memory of a process; all processes of a check together may have a quarter more. Default 512, range 128 to 65536.</summary>
    [Range(128, 65536)]
    public int MemoryMb { get; init; } = 512;

    /// <summary>Whether the code is run with the tests that the record brings. Default false. Needs a sandbox that isolates.</summary>
    public bool Execute { get; init; }

    /// <summary>What `execute` does where no sandbox isolates: `refuse` the job, `skip` the tests, or `unsafe`: run what models wrote with all rights of the user. Default refuse.</summary>
    [RegularExpression("refuse|skip|unsafe")]
    public string Unisolated { get; init; } = "refuse";

    /// <summary>Field with the tests: statements that fail where the code is wrong, a list of them, or a program with a main of its own. Default meta.tests.</summary>
    [RegularExpression(@"meta\..+")]
    public string TestField { get; init; } = "meta.tests";

    /// <summary>Field with the name of the function that is tested: tests that define `check(candidate)`, as those of HumanEval do, are called with it. Default meta.entry_point.</summary>
    [RegularExpression(@"meta\..+")]
    public string EntryField { get; init; } = "meta.entry_point";

    /// <summary>Field with code that stands before the answer's, such as HumanEval's prompt where a model only goes on with it. Default: none.</summary>
    [RegularExpression(@"meta\..+")]
    public string? PrefixField { get; init; }

    /// <summary>For which k the score `pass_at_k` is written where tests ran, if there are so many answers. Default 1, 10, 100. Its mean in the report is the benchmark's figure, with `failed: keep`.</summary>
    [Range(1, 1 << 20)]
    public IReadOnlyList<int> K { get; init; } = [1, 10, 100];

    /// <summary>The model that repairs what is wrong. Default: none.</summary>
    [ModelName(typeof(IGenerator))]
    public string? Model { get; init; }

    /// <summary>Rounds of repair at most: what the compiler said goes to the model with the answer. Default 1, range 1 to 10. Only with `model`.</summary>
    [Range(1, 10)]
    public int Repairs { get; init; } = 1;

    /// <summary>A folder of prompts of one's own, `zh/compile_check/repair.yaml` and `en/compile_check/repair.yaml`, in front of those that come along. Default: none.</summary>
    public string? Prompts { get; init; }

    /// <summary>Most tokens of a repaired answer. Default: as the model's template or entry says.</summary>
    [Range(1, 1 << 20)]
    public int? MaxTokens { get; init; }

    /// <summary>How tokens of a repaired answer are chosen. Default: as the model's template or server has it.</summary>
    public Sampling? Sampling { get; init; }
}
