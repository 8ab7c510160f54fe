using System.Diagnostics;
using System.Text;

namespace Quarry.Tests.Integration.Published;

/// <summary>A published service that runs.</summary>
internal sealed class PublishedService : IAsyncDisposable
{
    private readonly StringBuilder output = new();
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process process;

    private PublishedService(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Publishes a service and starts it with variables; returns when it listens.</summary>
    public static async Task<PublishedService> StartAsync(
        PublishedFolder folder,
        string project,
        Dictionary<string, string> variables
    )
    {
        var program = await folder.PublishAsync(project);
        var assembly = Path.Combine(program, $"{Path.GetFileName(project)}.dll");
        var service = new PublishedService(folder.StartBare(PublishedFolder.Find("dotnet")!, variables, assembly));
        var ended = service.process.WaitForExitAsync();
        await Task.WhenAny(service.started.Task, ended).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(service.started.Task.IsCompleted, $"{project} ended\n{service.Output}");
        return service;
    }

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (output)
            output.AppendLine(line);
        if (line.Contains("Application started", StringComparison.Ordinal))
            started.TrySetResult();
    }
}
