using System.Diagnostics;
using System.Text.Json;
using Quarry.Contracts;

namespace Quarry.Lode.Sql;

/// <summary>A worker process that answers one query. Disposing it ends the process, whatever it is doing.</summary>
internal sealed class SqlProcess : IAsyncDisposable
{
    private const int ErrorCharsMax = 2_000;
    private readonly Process process;
    private readonly Task<string> errors;

    private SqlProcess(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts this program again as a worker that sees the files of one folder.</summary>
    public static SqlProcess Start(string folder)
    {
        var program = Environment.ProcessPath!;
        // Under the dotnet host the program is its first argument.
        string[] self =
            Path.GetFileNameWithoutExtension(program) == "dotnet"
                ? [Path.GetFullPath(Environment.GetCommandLineArgs()[0])]
                : [];
        var start = new ProcessStartInfo(program, [.. self, SqlWorker.Argument])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        start.Environment.Clear();
        foreach (var name in new[] { "PATH", "DOTNET_ROOT", "DOTNET_ROLL_FORWARD", "TMPDIR" })
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }
        return new(Process.Start(start)!);
    }

    /// <summary>
    /// Hands the request over. Its stdin stays open: that it ends tells the worker that nobody wants the answer any more. A
    /// worker that died before is told of by its answer, which is none.
    /// </summary>
    public async Task AskAsync(SqlRequest request, CancellationToken cancellation)
    {
        var line = JsonSerializer.Serialize(request, QuarryJson.Compact);
        try
        {
            await process.StandardInput.WriteLineAsync(line.AsMemory(), cancellation);
            await process.StandardInput.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            // The pipe broke: the worker is gone, and who reads its answer is told how it ended.
        }
    }

    /// <summary>The next line of the answer.</summary>
    /// <exception cref="QueryException">The worker died.</exception>
    public async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        if (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
            return line;
        await process.WaitForExitAsync(cancellation);
        var said = (await errors).Trim();
        throw new QueryException(
            $"The process that ran the query ended with {process.ExitCode} before its answer was whole. "
                + $"{said[..Math.Min(said.Length, ErrorCharsMax)]} Run the query again, with less to read at once."
        );
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        _ = await errors;
        process.Dispose();
    }
}
