namespace Ziya.Pipeline.Records;

/// <summary>Where a record was read.</summary>
/// <param name="File">The input file.</param>
/// <param name="Offset">Bytes before the record in the decompressed file.</param>
/// <param name="Line">Line, from 1; 0 where the file was read from its middle and lines were not counted.</param>
internal readonly record struct Origin(string File, long Offset, long Line);
