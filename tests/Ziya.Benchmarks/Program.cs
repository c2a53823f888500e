using Ziya.Benchmarks;
using Ziya.Benchmarks.Fleet;
using Ziya.Benchmarks.Generation;
using Ziya.Benchmarks.Serve;
using Ziya.Benchmarks.Synthesis;
#if PEERS
using Ziya.Benchmarks.Peers;
#endif

return args switch
{
    ["export", .. var rest] => ExportBenchmark.Run(rest),
    ["hostile", .. var rest] => HostileBenchmark.Run(rest),
    ["language", .. var rest] => LanguageBenchmark.Run(rest),
    ["lm", .. var rest] => LmBenchmark.Run(rest),
    ["minhash", .. var rest] => MinHashBenchmark.Run(rest),
    ["novelty", .. var rest] => NoveltyBenchmark.Run(rest),
    ["extract", .. var rest] => ExtractBenchmark.Run(rest),
    ["formats", .. var rest] => FormatBenchmark.Run(rest),
    ["phase", .. var rest] => PhaseBenchmark.Run(rest),
    ["read", .. var rest] => ReadBenchmark.Run(rest),
    ["generate", .. var rest] => GenerateBenchmark.Run(rest),
    ["reward", .. var rest] => RewardBenchmark.Run(rest),
    ["sample", .. var rest] => SampleBenchmark.Run(rest),
    ["select", .. var rest] => SelectionBenchmark.Run(rest),
    ["serve", .. var rest] => ServeBenchmark.Run(rest),
    ["simplify", .. var rest] => SimplifyBenchmark.Run(rest),
    ["scale", .. var rest] => FleetScale.Run(rest),
    ["storage", .. var rest] => StorageCommand.Run(rest),
    ["step", .. var rest] => StepBenchmark.Run(rest),
    ["tokenize", .. var rest] => TokenizeBenchmark.Run(rest),
#if PEERS
    ["genai", .. var rest] => GenAiBenchmark.Run(rest),
#endif
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Ziya.Benchmarks export|extract|formats|generate|hostile|language|lm|minhash|novelty|phase|read|reward|sample|scale|select|serve|simplify|storage|step|tokenize ..., and, built with -p:Peers=true, genai ...");
    return 2;
}
