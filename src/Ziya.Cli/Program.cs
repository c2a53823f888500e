using System.CommandLine;
using Spectre.Console;
using Ziya.Cli;

// Colours are for terminals; in a file or a pipe they are noise.
AnsiConsole.Profile.Capabilities.Ansi &= !Console.IsOutputRedirected;

var root = new RootCommand("""
    Makes training data for Chinese and English language models: jobs that clean, deduplicate, score and bucket corpora, and jobs that generate
    with models on this machine or behind endpoints.

    Begin with:
      ziya plan jobs/curate-sample.yaml      check a job and see what it would do
      ziya run jobs/curate-sample.yaml       run it; run it again after any interruption to go on
      ziya run jobs/answer-sample.yaml       the same with models: small ones of random weights, made on the spot
    """)
{
    RunCommand.Make(),
    PlanCommand.Make(),
    TraceCommand.Make(),
    ReportCommand.Make(),
    ServeCommand.Make(),
    CleanCommand.Make(),
    LmCommand.Make(),
    ClassifyCommand.Make(),
    EvaluateCommand.Make(),
    ModelsCommand.Make(),
    TokenizeCommand.Make(),
    TokenizerCommand.Make(),
    SchemaCommand.Make(),
};
return Exit.Invoke(root.Parse(args));
