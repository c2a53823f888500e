namespace Ziya.Synthesis.Code.Sandboxing;

/// <summary>What is to be done inside a sandbox: a script over one file, in a folder that is gone afterwards.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Text">What stands in it.</param>
/// <param name="Script">Shell commands. They find the tools on their path, and read nothing from standard input.</param>
/// <param name="Tools">The programs it uses beside the shell's.</param>
internal sealed record SandboxCommand(string File, string Text, string Script, IReadOnlyList<Tool> Tools);
