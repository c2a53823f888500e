namespace Ziya.Pipeline.Jobs;

/// <summary>Time of a device, about.</summary>
/// <param name="Seconds">Seconds.</param>
/// <param name="Device">The device, such as <c>cpu</c> or <c>cuda:0</c>.</param>
public sealed record DeviceTime(double Seconds, string Device);
