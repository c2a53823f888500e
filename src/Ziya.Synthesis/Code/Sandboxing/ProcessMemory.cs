using System.Globalization;

namespace Ziya.Synthesis.Code.Sandboxing;

/// <summary>How much memory processes hold, as Linux tells it.</summary>
internal static class ProcessMemory
{
    private const int MostProcesses = 4096;

    /// <summary>Resident bytes of a process and all its descendants; pages that they share count for each. 0 where the system does not tell.</summary>
    public static long OfTree(int process)
    {
        var bytes = 0L;
        var open = new Stack<int>([process]);
        for (var seen = 0; seen < MostProcesses && open.TryPop(out var id); seen++)
        {
            try
            {
                var pages = File.ReadAllText($"/proc/{id}/statm").Split(' ');
                bytes += long.Parse(pages[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
                foreach (var thread in Directory.GetDirectories($"/proc/{id}/task"))
                {
                    foreach (var child in File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    {
                        open.Push(int.Parse(child, CultureInfo.InvariantCulture));
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has just ended, or this is no Linux.
            }
        }

        return bytes;
    }
}
