using System.Diagnostics;
using Npgsql;

namespace Quarry.Tests.Compliance.Catalogues;

/// <summary>
/// A PostgreSQL of the tests' own, on a unix socket in a folder of its own. It does not run as root: then it runs as
/// nobody. Where it is not installed, tests skip.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string Programs = "/usr/lib/postgresql";
    private const string Unprivileged = "nobody";
    private const int LinesShown = 20;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-pg-");
    private readonly List<string> lines = [];
    private Process? process;

    private string Data => Path.Combine(folder.FullName, "data");

    /// <summary>A connection string of a new and empty database.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        Assert.SkipWhen(process is null, "postgresql is not installed; the PostgreSQL half of this suite was not run");
        var name = $"t{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(ConnectionTo("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        _ = await command.ExecuteNonQueryAsync();
        return ConnectionTo(name);
    }

    public async ValueTask InitializeAsync()
    {
        if (Bin() is not { } bin)
            return;
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", Unprivileged, folder.FullName);
        await RunAsync([
            .. AsNobody(),
            Path.Combine(bin, "initdb"),
            "-D",
            Data,
            "-U",
            "quarry",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]);
        string[] server =
        [
            .. AsNobody(),
            Path.Combine(bin, "postgres"),
            "-D",
            Data,
            "-k",
            folder.FullName,
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
        ];
        var start = new ProcessStartInfo(server[0], server[1..])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        process = Process.Start(start)!;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) => Read(line.Data, ready);
        process.BeginErrorReadLine();
        if (await Task.WhenAny(ready.Task, process.WaitForExitAsync()) != ready.Task)
            throw new InvalidOperationException($"PostgreSQL ended:\n{string.Join('\n', lines.TakeLast(LinesShown))}");
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            NpgsqlConnection.ClearAllPools();
            // SIGINT: connections are closed, and it ends with all its processes.
            await RunAsync("kill", "-INT", $"{process.Id}");
            await process.WaitForExitAsync();
            process.Dispose();
        }
        folder.Delete(recursive: true);
    }

    private string ConnectionTo(string database) =>
        $"Host={folder.FullName};Username=quarry;Database={database};Maximum Pool Size=10";

    private void Read(string? line, TaskCompletionSource ready)
    {
        if (line is null)
            return;
        lines.Add(line);
        if (line.Contains("ready to accept connections", StringComparison.Ordinal))
            _ = ready.TrySetResult();
    }

    private static string? Bin() =>
        Directory.Exists(Programs)
            ? Directory
                .GetDirectories(Programs)
                .Select(version => Path.Combine(version, "bin"))
                .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
                .Order(StringComparer.Ordinal)
                .LastOrDefault()
            : null;

    private static string[] AsNobody() =>
        Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={Unprivileged}", "--regid=nogroup", "--clear-groups", "--"]
            : [];

    private static async Task RunAsync(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var run = Process.Start(start)!;
        var (said, complained) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}:\n{await said}{await complained}");
    }
}
