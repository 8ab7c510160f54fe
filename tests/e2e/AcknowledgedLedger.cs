using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Quarry.Tests.E2E;

/// <summary>
/// What a script was told to be durable, kept outside of everything that is tested. Script <c>ledger/script.ts</c> tells
/// it after each flush, and waits for the answer: so a test decides how far a run gets.
/// </summary>
internal sealed class AcknowledgedLedger : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly ConcurrentDictionary<long, TaskCompletionSource> heard = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource> allowed = new();
    private volatile bool isEnough;
    private volatile bool isOpen;

    private AcknowledgedLedger()
    {
        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        _ = server.MapPost("/acknowledged/{number:long}", TakeAsync);
    }

    /// <summary>Job of the script: where it tells.</summary>
    public object Job => new { ledger = server.Urls.Single() };

    /// <summary>The last number that was acknowledged.</summary>
    public long Last => heard.Where(h => h.Value.Task.IsCompleted).Select(h => h.Key).DefaultIfEmpty().Max();

    public static async Task<AcknowledgedLedger> StartAsync()
    {
        var ledger = new AcknowledgedLedger();
        await ledger.server.StartAsync();
        return ledger;
    }

    /// <summary>Ends when the script was told that this number is durable; fails when its run ends before.</summary>
    public async Task HeardAsync(long number, Task<JsonElement> end)
    {
        var heardIt = Of(heard, number).Task;
        if (await Task.WhenAny(heardIt, end) != heardIt)
            Assert.Fail($"The run ended after {Last}, before {number} was acknowledged: {await end}");
    }

    /// <summary>Lets the script go on without waiting until it has told this number.</summary>
    public void AllowUntil(long number)
    {
        for (var before = 1L; before < number; before++)
            Of(allowed, before).TrySetResult();
    }

    /// <summary>Lets the script go on without waiting.</summary>
    public void Open()
    {
        isOpen = true;
        foreach (var waiting in allowed.Values)
            waiting.TrySetResult();
    }

    /// <summary>The next acknowledgement is the last one: the script ends.</summary>
    public void Enough()
    {
        isEnough = true;
        Open();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task<string> TakeAsync(long number, HttpContext context)
    {
        // Before it is looked whether the ledger is open, so that whoever opens it sees who waits.
        var mayGoOn = Of(allowed, number);
        Of(heard, number).TrySetResult();
        if (!isOpen)
            await mayGoOn.Task.WaitAsync(context.RequestAborted);
        return isEnough ? "enough" : "more";
    }

    private static TaskCompletionSource Of(ConcurrentDictionary<long, TaskCompletionSource> all, long number) =>
        all.GetOrAdd(number, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
