namespace Ziya.Models.Checkpoints;

/// <summary>A name of Python's that a pickle mentions: module, space, name. It stands for itself.</summary>
internal sealed record PickledName(string Name);
