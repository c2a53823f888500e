using Ziya.Benchmarks;

return args switch
{
    ["export", .. var rest] => ExportBenchmark.Run(rest),
    ["language", .. var rest] => LanguageBenchmark.Run(rest),
    ["minhash", .. var rest] => MinHashBenchmark.Run(rest),
    ["formats", .. var rest] => FormatBenchmark.Run(rest),
    ["read", .. var rest] => ReadBenchmark.Run(rest),
    ["generate", .. var rest] => GenerateBenchmark.Run(rest),
    ["step", .. var rest] => StepBenchmark.Run(rest),
    ["tokenize", .. var rest] => TokenizeBenchmark.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Ziya.Benchmarks export|language|minhash|formats|read|step|tokenize ...");
    return 2;
}
