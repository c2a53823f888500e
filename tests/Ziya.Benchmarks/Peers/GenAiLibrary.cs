using System.Runtime.InteropServices;

namespace Ziya.Benchmarks.Peers;

/// <summary>The functions of ONNX Runtime GenAI 0.15 that are measured, as its header ort_genai_c.h has them. A result that is not null is an error.</summary>
internal static unsafe partial class GenAiLibrary
{
    private const string Name = "onnxruntime-genai";

    /// <summary>Throws what a result says.</summary>
    public static void Check(nint result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException("ONNX Runtime GenAI: " + Marshal.PtrToStringUTF8(OgaResultGetError(result)));
        }
    }

    [LibraryImport(Name)]
    public static partial void OgaShutdown();

    [LibraryImport(Name)]
    public static partial void OgaSetTelemetryEnabled([MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport(Name)]
    private static partial nint OgaResultGetError(nint result);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaCreateModel(string folder, out nint model);

    [LibraryImport(Name)]
    public static partial void OgaDestroyModel(nint model);

    [LibraryImport(Name)]
    public static partial nint OgaCreateGeneratorParams(nint model, out nint parameters);

    [LibraryImport(Name)]
    public static partial void OgaDestroyGeneratorParams(nint parameters);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaGeneratorParamsSetSearchNumber(nint parameters, string name, double value);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaGeneratorParamsSetSearchBool(nint parameters, string name, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Name)]
    public static partial nint OgaCreateSequences(out nint sequences);

    [LibraryImport(Name)]
    public static partial void OgaDestroySequences(nint sequences);

    [LibraryImport(Name)]
    public static partial nint OgaAppendTokenSequence(int* tokens, nuint count, nint sequences);

    [LibraryImport(Name)]
    public static partial nint OgaCreateGenerator(nint model, nint parameters, out nint generator);

    [LibraryImport(Name)]
    public static partial void OgaDestroyGenerator(nint generator);

    [LibraryImport(Name)]
    public static partial nint OgaGenerator_AppendTokenSequences(nint generator, nint sequences);

    [LibraryImport(Name)]
    public static partial nint OgaGenerator_GenerateNextToken(nint generator);

    [LibraryImport(Name)]
    public static partial nint OgaGenerator_GetNextTokens(nint generator, out int* tokens, out nuint count);

    [LibraryImport(Name)]
    public static partial nint OgaCreateEngine(nint model, out nint engine);

    [LibraryImport(Name)]
    public static partial void OgaDestroyEngine(nint engine);

    [LibraryImport(Name)]
    public static partial nint OgaEngineStep(nint engine, out nint request);

    [LibraryImport(Name)]
    public static partial nint OgaEngineHasPendingRequests(nint engine, [MarshalAs(UnmanagedType.U1)] out bool hasPending);

    [LibraryImport(Name)]
    public static partial nint OgaEngineAddRequest(nint engine, nint request);

    [LibraryImport(Name)]
    public static partial nint OgaEngineRemoveRequest(nint engine, nint request);

    [LibraryImport(Name)]
    public static partial nint OgaCreateRequest(nint parameters, out nint request);

    [LibraryImport(Name)]
    public static partial nint OgaRequestAddTokens(nint request, nint sequences);

    [LibraryImport(Name)]
    public static partial void OgaDestroyRequest(nint request);

    [LibraryImport(Name)]
    public static partial nint OgaRequestHasUnseenTokens(nint request, [MarshalAs(UnmanagedType.U1)] out bool hasUnseen);

    [LibraryImport(Name)]
    public static partial nint OgaRequestGetUnseenToken(nint request, out int token);

    [LibraryImport(Name)]
    public static partial nint OgaRequestIsDone(nint request, [MarshalAs(UnmanagedType.U1)] out bool isDone);
}
