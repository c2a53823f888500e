using Ziya.Benchmarks;

return args switch
{
    ["language", .. var rest] => LanguageBenchmark.Run(rest),
    ["minhash", .. var rest] => MinHashBenchmark.Run(rest),
    ["read", .. var rest] => ReadBenchmark.Run(rest),
    ["step", .. var rest] => StepBenchmark.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Ziya.Benchmarks language|minhash|read|step ...");
    return 2;
}
