using Ziya.Benchmarks;

return args switch
{
    ["language", .. var rest] => LanguageBenchmark.Run(rest),
    ["read", .. var rest] => ReadBenchmark.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Ziya.Benchmarks language train|accuracy|speed ...");
    return 2;
}
