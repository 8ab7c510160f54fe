using System.Globalization;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Streams.Redis;
using StackExchange.Redis;

namespace Quarry.Streams.RunQueues;

/// <summary>
/// The queue on Redis Streams, shared by all runners (see Lua/common.lua for its keys). Needs one Redis, not a cluster.
/// </summary>
public sealed class RedisRunQueue(IConnectionMultiplexer redis, QueueLimits limits, TimeProvider clock) : IRunQueue
{
    private const string Prefix = "quarry:queue:";
    private const string PausedKey = Prefix + "paused";

    /// <inheritdoc/>
    public string Kind => "redis";

    private IDatabase Db => redis.GetDatabase();

    /// <inheritdoc/>
    public async Task<EnqueueOutcome> EnqueueAsync(
        RunRecord run,
        DateTimeOffset? notBefore,
        CancellationToken cancellation
    )
    {
        var (name, facts) = Describe(Lane.Of(run));
        var outcome = await RunAsync(
            QueueScripts.Enqueue,
            run.RunId,
            JsonSerializer.SerializeToUtf8Bytes(run, QuarryJson.Compact),
            name,
            facts,
            notBefore?.ToUnixTimeMilliseconds() ?? 0,
            limits.WaitingRunsMax
        );
        return Enum.Parse<EnqueueOutcome>((string)outcome!);
    }

    /// <inheritdoc/>
    public async Task<RunLease?> TryTakeAsync(string runner, CancellationToken cancellation) =>
        ToLease(runner, await RunAsync(QueueScripts.Take, runner, limits.SourceRunsMax, limits.ScriptRunsMax));

    /// <inheritdoc/>
    public async Task<RunLease> TakeAsync(string runner, CancellationToken cancellation)
    {
        var poll = new AdaptivePoll(clock);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await TryTakeAsync(runner, cancellation) is { } lease)
                return lease;
            await poll.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunLease>> RenewAsync(
        IReadOnlyList<RunLease> leases,
        CancellationToken cancellation
    )
    {
        var lost = new List<RunLease>();
        foreach (var holder in leases.GroupBy(l => l.Runner))
        {
            var held = holder.ToList();
            RedisValue[] arguments = [holder.Key, .. held.SelectMany(l => Receipt(l).Append(l.Epoch))];
            var places = (int[]?)await RunAsync(QueueScripts.Renew, arguments);
            lost.AddRange((places ?? []).Select(place => held[place - 1]));
        }
        return lost;
    }

    /// <inheritdoc/>
    public async Task<RunLease?> TakeExpiredAsync(
        string runner,
        TimeSpan unrenewedFor,
        CancellationToken cancellation
    ) => ToLease(runner, await RunAsync(QueueScripts.Expired, runner, (long)unrenewedFor.TotalMilliseconds));

    /// <inheritdoc/>
    public async Task<bool> FinishAsync(RunLease lease, CancellationToken cancellation) =>
        (bool)await RunAsync(QueueScripts.Finish, [lease.Run.RunId, .. Receipt(lease), lease.Runner, lease.Epoch]);

    /// <inheritdoc/>
    public async Task<RunRecord?> RemoveAsync(string runId, CancellationToken cancellation)
    {
        var record = await RunAsync(QueueScripts.Remove, runId);
        return record.IsNull ? null : ToRun(record);
    }

    /// <inheritdoc/>
    public async Task<QueuePlace?> FindAsync(string runId, CancellationToken cancellation)
    {
        var found = await RunAsync(QueueScripts.Find, runId, limits.SourceRunsMax, limits.ScriptRunsMax);
        if (found.IsNull)
            return null;
        var dueMs = double.Parse((string)found[2]!, CultureInfo.InvariantCulture);
        return new(
            Enum.Parse<WaitReason>((string)found[0]!),
            (long)found[1],
            dueMs > 0 ? DateTimeOffset.FromUnixTimeMilliseconds((long)dueMs) : null
        );
    }

    /// <inheritdoc/>
    public Task PauseAsync(string source, CancellationToken cancellation) => Db.SetAddAsync(PausedKey, source);

    /// <inheritdoc/>
    public Task ResumeAsync(string source, CancellationToken cancellation) => Db.SetRemoveAsync(PausedKey, source);

    /// <inheritdoc/>
    public async Task<QueueStats> StatsAsync(CancellationToken cancellation)
    {
        var stats = (RedisResult[])(await RunAsync(QueueScripts.Stats))!;
        return new((long)stats[0], (long)stats[1], [.. stats[2..].Select(s => (string)s!)]);
    }

    private Task<RedisResult> RunAsync(string script, params RedisValue[] arguments) =>
        Db.ScriptEvaluateAsync(script, [Prefix], arguments);

    private static (string Name, string Facts) Describe(Lane lane)
    {
        var facts = JsonSerializer.Serialize(
            new
            {
                priority = (int)lane.Priority,
                source = lane.Source,
                script = lane.Script,
                root = lane.Root,
                root_max = lane.RootRunsMax,
            }
        );
        // The length makes the name unambiguous whatever the source contains.
        return ($"{(int)lane.Priority}:{lane.Source.Length}:{lane.Source}:{lane.Root}:{lane.Script}", facts);
    }

    private static IEnumerable<RedisValue> Receipt(RunLease lease) =>
        lease.Receipt.Split(' ', 2).Select(part => (RedisValue)part);

    private static RunLease? ToLease(string runner, RedisResult taken) =>
        taken.IsNull ? null : new(ToRun(taken[1]), runner, (long)taken[2], (string)taken[0]!);

    private static RunRecord ToRun(RedisResult json) =>
        JsonSerializer.Deserialize<RunRecord>((byte[])json!, QuarryJson.Compact)
        ?? throw new InvalidOperationException("a record in the run queue is null");
}
