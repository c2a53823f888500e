namespace Ziya.Models.Devices;

/// <summary>A graphics processor as its driver tells of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MemoryBytes">Its memory.</param>
public sealed record CudaDevice(string Name, long MemoryBytes);
