using System.Diagnostics;

namespace Quarry.Tests.Integration.Services;

/// <summary>A service whose output nobody reads any more.</summary>
public sealed class UnreadLogTests : IDisposable
{
    /// <summary>With every message logged, far more than the pipe and the logger's queue hold together.</summary>
    private const int Requests = 2_000;

    private const string Listening = "Now listening on: http://";

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("quarry-unread-");

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task Does_not_stand_still()
    {
        using var process = StartLode();
        try
        {
            string line;
            do line = await process.StandardOutput.ReadLineAsync(Ends) ?? throw new EndOfStreamException();
            while (!line.Contains(Listening, StringComparison.Ordinal));
            using var http = new HttpClient
            {
                BaseAddress = new(line[line.IndexOf("http://", StringComparison.Ordinal)..]),
            };
            for (var request = 0; request < Requests; request++)
                _ = await http.GetStringAsync("/alive", Ends);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(Ends);
        }
    }

    private Process StartLode()
    {
        const string project = "Quarry.LodeWriter";
        var folder = Path.Combine(Checkout.Root, "services", project, "bin", Checkout.Configuration, "net10.0");
        var start = new ProcessStartInfo("dotnet", Path.Combine(folder, $"{project}.dll"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["QUARRY_GRPC_PORT"] = "0";
        start.Environment["Lode__Root"] = root.FullName;
        foreach (var category in (string[])["Default", "Microsoft.AspNetCore"])
            start.Environment[$"Logging__LogLevel__{category}"] = "Trace";
        return Process.Start(start)!;
    }
}
