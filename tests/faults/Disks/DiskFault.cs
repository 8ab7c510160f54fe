using System.Diagnostics;

namespace Quarry.Tests.Faults.Disks;

/// <summary>One fault of the disk, at a named step of the writer; <c>faults.c</c> says what the parts mean.</summary>
internal sealed record DiskFault(string Step, string Call, string Pattern, int Nth, string Action)
{
    private static readonly Lazy<Task<string>> Library = new(CompileAsync);

    /// <summary>Settings of a process in which the fault happens.</summary>
    public async Task<Dictionary<string, string>> SettingsAsync() =>
        new() { ["LD_PRELOAD"] = await Library.Value, ["QUARRY_FAULT"] = $"{Call} {Pattern} {Nth} {Action}" };

    /// <summary>The same, where the pattern says RUN for one run only.</summary>
    public DiskFault Of(string runId) =>
        this with
        {
            Pattern = Pattern.Replace("RUN", $"run_id={runId}", StringComparison.Ordinal),
        };

    private static async Task<string> CompileAsync()
    {
        var library = Path.Combine(AppContext.BaseDirectory, $"faults-{Environment.ProcessId}.so");
        var source = Path.Combine(AppContext.BaseDirectory, "faults.c");
        string[] arguments =
        [
            "-shared",
            "-fPIC",
            "-O1",
            "-Wall",
            "-Werror",
            "-o",
            library,
            source,
            "-ldl",
            "-lpthread",
        ];
        using var compiler = Process.Start(
            new ProcessStartInfo("cc", arguments) { RedirectStandardError = true, UseShellExecute = false }
        )!;
        var errors = await compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        Assert.True(compiler.ExitCode == 0, $"faults.c was not compiled by cc; install gcc and libc6-dev.\n{errors}");
        return library;
    }
}
