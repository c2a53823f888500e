using Ziya.Models.Devices;
using Ziya.Models.Export;

namespace Ziya.Models.Tests.Devices;

public sealed class DeviceTests
{
    private static readonly CudaInstallation Nothing = new() { ProviderPath = "/x/libonnxruntime_providers_cuda.so", HasProvider = false };

    private static readonly CudaInstallation Whole = Nothing with
    {
        HasProvider = true,
        Major = 13,
        HasDriver = true,
        DriverVersion = 13010,
        Devices = [new CudaDevice("H100", 80L << 30), new CudaDevice("H100", 80L << 30)],
    };

    [Theory]
    [InlineData("cpu", Precision.Float32, "cpu")]
    [InlineData("cpu", Precision.Float16, "cpu")]
    [InlineData("auto", Precision.Float32, "cpu")]
    [InlineData("auto", Precision.Float16, "cuda:0")]
    [InlineData("auto", Precision.BFloat16, "cuda:0")]
    [InlineData("cuda", Precision.Float16, "cuda:0")]
    [InlineData("cuda:1", Precision.BFloat16, "cuda:1")]
    public void Choose_AllThere_IsWhatTheModelCanComputeOn(string wish, Precision compute, string device) =>
        Assert.Equal(device, Device.Choose(wish, compute, Whole).ToString());

    [Theory]
    [InlineData("auto", Precision.Float32)]
    [InlineData("auto", Precision.Float16)]
    [InlineData("cpu", Precision.Float16)]
    public void Choose_NoCuda_IsTheProcessor(string wish, Precision compute) => Assert.Equal(Device.Cpu, Device.Choose(wish, compute, Nothing));

    [Fact]
    public void Choose_WhatCannotBe_SaysWhatToExport()
    {
        Assert.Contains("no attention on CUDA. Export it with --dtype float16", Fault("cuda", Precision.Float32, Whole), StringComparison.Ordinal);
        Assert.Contains("no attention on the CPU. Export it with --dtype float32", Fault("cpu", Precision.BFloat16, Whole), StringComparison.Ordinal);
        Assert.Contains("driver is missing", Fault("auto", Precision.BFloat16, Nothing), StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_CudaIncomplete_NamesAllThatIsMissing()
    {
        var fault = Fault("cuda", Precision.Float16, Nothing);
        Assert.Contains("-p:UseCuda=true", fault, StringComparison.Ordinal);
        Assert.Contains("libcuda.so.1", fault, StringComparison.Ordinal);

        fault = Fault("cuda", Precision.Float16, Whole with { MissingLibraries = ["libcublas.so.13", "libcudnn.so.9"] });
        Assert.Contains("libraries of CUDA 13 are missing (libcublas.so.13, libcudnn.so.9): install the CUDA toolkit and cuDNN", fault, StringComparison.Ordinal);

        Assert.Contains("finds no CUDA device", Fault("cuda", Precision.Float16, Whole with { DriverError = 100, Devices = [] }), StringComparison.Ordinal);
        Assert.Contains("does not start (error 999)", Fault("cuda", Precision.Float16, Whole with { DriverError = 999, Devices = [] }), StringComparison.Ordinal);
        Assert.Contains("up to 12.4, the provider is made for 13", Fault("cuda", Precision.Float16, Whole with { DriverVersion = 12040 }), StringComparison.Ordinal);
        Assert.Contains("there is no device 7: the driver finds 2", Fault("cuda:7", Precision.Float16, Whole), StringComparison.Ordinal);
        Assert.Contains("Linux only", Fault("cuda", Precision.Float16, Whole with { IsSupportedSystem = false }), StringComparison.Ordinal);
    }

    [Fact]
    public void Here_ThisMachine_EveryFaultSaysWhatToDo()
    {
        Assert.StartsWith("1.", OnnxRuntime.Version, StringComparison.Ordinal);
        Assert.Contains("CPUExecutionProvider", OnnxRuntime.Providers);
        Assert.True(File.Exists(OnnxRuntime.LibraryPath), OnnxRuntime.LibraryPath);
        Assert.All(CudaInstallation.Here.Faults(0), fault => Assert.Contains(':', fault));
    }

    [Fact]
    public void Needed_OfTheRuntime_NamesTheSystemsLibraries()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a library of Linux");
        Assert.Contains("libc.so.6", SharedLibrary.Needed(OnnxRuntime.LibraryPath));
    }

    [Fact]
    public void Needed_DamagedFiles_AreRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a library of Linux");
        var whole = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(OnnxRuntime.LibraryPath)!, "libonnxruntime_providers_shared.so"));
        var file = Path.GetTempFileName();
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var bytes = whole[..random.Next(whole.Length)];
            for (var at = 0; i % 2 == 0 && at < 4; at++)
            {
                bytes = [.. whole];
                bytes[random.Next(16, 64)] = (byte)random.Next(256);
                bytes[random.Next(whole.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(file, bytes);
            try
            {
                SharedLibrary.Needed(file);
            }
            catch (InvalidDataException)
            {
            }
        }

        File.Delete(file);
    }

    private static string Fault(string wish, Precision compute, CudaInstallation cuda) =>
        Assert.Throws<InvalidDataException>(() => Device.Choose(wish, compute, cuda)).Message;
}
