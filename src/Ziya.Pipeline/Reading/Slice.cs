namespace Ziya.Pipeline.Reading;

/// <summary>A stretch of one input file that one task reads.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Name">The file's path below the folder of its glob: source and id of records that have none.</param>
/// <param name="Format">The input format's name.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">Byte after the last; the file's length unless the file was split.</param>
/// <param name="FileBytes">The file's length when the run was planned.</param>
/// <param name="Version">The file's version when the run was planned.</param>
public sealed record Slice(string File, string Name, string Format, long Start, long End, long FileBytes, string Version);
