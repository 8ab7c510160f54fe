using System.Globalization;
using Microsoft.Extensions.Logging;
using Quarry.Contracts;
using Quarry.Contracts.Proxies;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Runs;

namespace Quarry.Runtime.Proxies;

/// <summary>
/// Gives runs their proxies. A run that asks for one gets it or does not start: never does it connect directly because
/// something was missing (CONTRACT_RUN rule 29).
/// </summary>
public sealed partial class ProxySource(
    ProxyPools pools,
    IProxyLedger ledger,
    TimeProvider clock,
    ILogger<ProxySource> logger
)
{
    /// <summary>Reason of a run that waits because all endpoints are cooling down.</summary>
    public const string Cooling = "proxies_cooling_down";

    /// <summary>Why a launch cannot be served by the pools of this process; null when it can.</summary>
    public FieldError? Refuse(ProxyRequest? request) => pools.Refuse(request);

    /// <summary>The pools, and how their endpoints are.</summary>
    public async Task<IReadOnlyList<ProxyPoolReport>> ReportAsync(CancellationToken cancellation)
    {
        var reports = new List<ProxyPoolReport>();
        foreach (var pool in pools.All)
        {
            var health = await ledger.HealthAsync(pool.Name, [.. pool.Endpoints.Select(e => e.Id)], cancellation);
            reports.Add(new(pool.Name, pool.Strategy, health));
        }
        return reports;
    }

    internal async Task<ProxyGrant> TakeAsync(
        RunRecord run,
        ExecutorOptions options,
        RunControl control,
        Func<RunRecord, Task> record
    )
    {
        if (run.Proxy is not { } request)
            return ProxyGrant.Direct;
        if (pools.Refuse(request) is { } error)
            return ProxyGrant.Refused($"{error.Field} {error.Message}.");
        if (await ExecutorFeatures.RefuseAsync(options, ExecutorFeatures.Proxy, clock) is { } unable)
            return ProxyGrant.Refused(unable);
        var pool = pools.Find(request.Pool)!;
        var strategy = ProxyPools.Strategy(request, pool);
        var key = strategy == ProxyStrategy.Sticky ? StickyKeys.Of(run, pool) : null;
        if (strategy == ProxyStrategy.Sticky && key is null)
        {
            return ProxyGrant.Refused(
                $"The pool '{pool.Name}' keeps an endpoint for each {QuarryNames.Of(pool.StickyScope)}, and the job has no "
                    + "'url' to take it from. Give the job one, or launch with proxy.sticky_key."
            );
        }
        return await PickAsync(Question(run, pool, strategy, key), pool, control, () => record(Waiting(run)));
    }

    /// <summary>The run wants another endpoint for what comes after it.</summary>
    internal Task LeaveAsync(RunRecord run, ProxyLease lease) =>
        EnterAsync(
            run,
            ledger.LeaveAsync(lease.Pool.Name, lease.Endpoint.Id, TreeOf(run), lease.StickyKey, CancellationToken.None)
        );

    /// <summary>
    /// Enters how the endpoint did: well when the run did, badly when the run did not and requests failed at the proxy.
    /// </summary>
    internal async Task ReportAsync(RunRecord ended, ProxyLease lease)
    {
        var isOk = ended.Outcome == RunOutcome.Success;
        if (!isOk && ended.ProxyUsed is not { FailedRequests: > 0 })
            return;
        var (pool, endpoint) = (lease.Pool, lease.Endpoint.Id);
        if (!isOk)
            Log.Failed(logger, endpoint, pool.Name, ended.RunId, ended.ProxyUsed!.FailedRequests);
        await EnterAsync(ended, ledger.ReportAsync(pool.Name, endpoint, isOk, pool.CoolDown, CancellationToken.None));
    }

    /// <summary>A ledger that is away costs others a hint, and the run nothing.</summary>
    private async Task EnterAsync(RunRecord run, Task entry)
    {
        try
        {
            await entry;
        }
        catch (Exception e)
        {
            Log.NotEntered(logger, e, run.RunId);
        }
    }

    private async Task<ProxyGrant> PickAsync(
        ProxyQuestion question,
        ProxyPool pool,
        RunControl control,
        Func<Task> waits
    )
    {
        var until = clock.GetUtcNow() + TimeSpan.FromMilliseconds(pool.WaitMs);
        for (var tries = 0; ; tries++)
        {
            var pick = await ledger.PickAsync(
                question with
                {
                    Chance = Random.Shared.NextDouble(),
                },
                CancellationToken.None
            );
            if (pick.Endpoint is { } id)
                return Open(pool, pool.Endpoints.First(e => e.Id == id), question);
            if (pick.BackAt > until)
                return ProxyGrant.Refused(AllCooling(pool, pick.BackAt.Value - clock.GetUtcNow()));
            if (tries == 0)
                await waits();
            if (await IsStoppedAsync(control, pick.BackAt!.Value))
                return new(Refusal: await control.Stopped);
        }
    }

    private async Task<bool> IsStoppedAsync(RunControl control, DateTimeOffset until)
    {
        // A millisecond more: the ledger keeps whole ones.
        var wait = until - clock.GetUtcNow() + TimeSpan.FromMilliseconds(1);
        using var over = new CancellationTokenSource();
        var back = Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, clock, over.Token);
        var first = await Task.WhenAny(control.Stopped, back);
        await over.CancelAsync();
        return first == control.Stopped;
    }

    private static ProxyGrant Open(ProxyPool pool, ProxyEndpoint endpoint, ProxyQuestion question)
    {
        string? reason = null;
        var username = endpoint.Username?.TryRead(out reason);
        var password = reason is null ? endpoint.Password?.TryRead(out reason) : null;
        var key = question.Strategy == ProxyStrategy.Sticky ? question.StickyKey : null;
        return reason is null
            ? new(new ProxyLease(pool, endpoint, username, password, key))
            : ProxyGrant.Refused($"The login of {endpoint.Id} in the pool '{pool.Name}' cannot be had: {reason}.");
    }

    private static string AllCooling(ProxyPool pool, TimeSpan back)
    {
        var seconds = Math.Max(0, back.TotalSeconds).ToString("0.#", CultureInfo.InvariantCulture);
        return $"All {pool.Endpoints.Count} endpoints of the pool '{pool.Name}' failed and are cooling down; the first comes "
            + $"back in {seconds} s, and a run waits {pool.WaitMs:N0} ms at most (wait_ms). See docs/guides/proxies.md.";
    }

    private static ProxyQuestion Question(RunRecord run, ProxyPool pool, ProxyStrategy strategy, string? key) =>
        new()
        {
            Pool = pool.Name,
            Endpoints = [.. pool.Endpoints.Select(e => e.Id)],
            Strategy = strategy,
            RecencyWindow = pool.RecencyWindow,
            StickyKey = key ?? "",
            StickyFor = TimeSpan.FromMilliseconds(pool.StickyTtlMs),
            Tree = TreeOf(run),
        };

    private static string TreeOf(RunRecord run) => run.RootRunId ?? run.RunId;

    private static RunRecord Waiting(RunRecord run) => run with { State = RunState.Waiting, WaitReason = Cooling };

    private static partial class Log
    {
        [LoggerMessage(
            1201,
            LogLevel.Warning,
            "Proxy {Endpoint} of pool {Pool} failed {Requests} requests of run {RunId} and cools down"
        )]
        public static partial void Failed(ILogger logger, string endpoint, string pool, string runId, long requests);

        [LoggerMessage(1202, LogLevel.Warning, "How the proxy of run {RunId} did could not be entered in the ledger")]
        public static partial void NotEntered(ILogger logger, Exception e, string runId);
    }
}
