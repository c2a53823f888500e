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
    Console.Error.WriteLine("Ziya.Benchmarks language|read|step ...");
    Console.Error.WriteLine("Ziya.Benchmarks language train|accuracy|speed ... | minhash sign|permute|quality|grow ... | read FILE");
    return 2;
}
