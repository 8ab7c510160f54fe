using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Read;

namespace Quarry.Tests.Unit.Lode;

/// <summary>A data folder of one test, and runs and batches to put into it.</summary>
internal sealed class LodeFolder : IDisposable
{
    private readonly List<string> folders = [Directory.CreateTempSubdirectory("quarry-lode-").FullName];

    public string Root => folders[0];

    public static RunRecord Run(string runId = "run-1", string source = "src") =>
        new()
        {
            RunId = runId,
            RootRunId = runId,
            Script = new("script.ts"),
            Source = source,
            Day = "2026-01-02",
            State = RunState.Running,
            Policy = new PolicyOptions(),
            QueuedAt = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        };

    public static RunRecord Done(RunRecord run, long lastSeq, RunOutcome outcome = RunOutcome.ScriptError) =>
        run with
        {
            State = RunState.Done,
            Outcome = outcome,
            SeqLast = lastSeq,
            SeqDurable = lastSeq,
        };

    /// <summary>Items with the seqs from first to last.</summary>
    public static EventBatch Batch(long first, long last, string runId = "run-1", string type = "item") =>
        Batch(first, [.. Seqs(first, last).Select(seq => Frames.Event(seq, type, runId: runId))]);

    /// <summary>Frames that begin at a seq.</summary>
    public static EventBatch Batch(long first, params byte[][] frames) =>
        new()
        {
            FirstSeq = first,
            LastSeq = first + frames.Length - 1,
            Count = frames.Length,
            Frames = frames.SelectMany(f => f).ToArray(),
        };

    public static byte[] ArtifactEvent(long seq, string id, long size, string runId = "run-1") =>
        Frames.Event(
            seq,
            "artifact",
            new Dictionary<string, object>
            {
                ["artifact_id"] = id,
                ["name"] = $"{id}.bin",
                ["content_type"] = "application/x-test",
                ["size_bytes"] = size,
            },
            runId
        );

    public static IEnumerable<long> Seqs(long first, long last)
    {
        for (var seq = first; seq <= last; seq++)
            yield return seq;
    }

    public Task<LodeStore> OpenAsync(LodeOptions? options = null, string? root = null) =>
        LodeStore.OpenAsync(
            (options ?? new()) with
            {
                Root = root ?? Root,
                JournalSegmentBytes = options?.JournalSegmentBytes ?? 1024 * 1024,
            },
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );

    /// <summary>
    /// What a crash at this moment would leave: a copy of every file, without locks. A writer may go on meanwhile, so what
    /// names is copied before what it names, and what is freed by it first of all.
    /// </summary>
    public string Crash(string? root = null)
    {
        var original = root ?? Root;
        var copy = Directory.CreateTempSubdirectory("quarry-crash-").FullName;
        folders.Add(copy);
        foreach (var part in new[] { "journal", "staging" })
            CopyFiles(Path.Combine(original, part), Path.Combine(copy, part), _ => true);
        var (from, to) = (Path.Combine(original, "datasets"), Path.Combine(copy, "datasets"));
        CopyFiles(from, to, IsSlot);
        CopyFiles(from, to, path => !IsSlot(path));
        return copy;
    }

    private static bool IsSlot(string path) => path.Contains("/commits/", StringComparison.Ordinal);

    private static void CopyFiles(string from, string to, Predicate<string> isWanted)
    {
        _ = Directory.CreateDirectory(to);
        if (!Directory.Exists(from))
            return;
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            if (!isWanted(path))
                continue;
            var copy = to + path[from.Length..];
            _ = Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            // A lock ends with its process, so the copy has none; a temporary file is nobody's after a crash.
            if (Path.GetFileName(path) == "lock")
                File.Create(copy).Dispose();
            else if (!Path.GetFileName(path).StartsWith(".tmp-", StringComparison.Ordinal))
                CopyFile(path, copy);
        }
    }

    /// <summary>A file that goes while it is copied has become part of a slot, which is copied later.</summary>
    private static void CopyFile(string path, string copy)
    {
        try
        {
            using var from = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            using var to = File.Create(copy);
            from.CopyTo(to);
        }
        catch (IOException e)
            when (e is FileNotFoundException or DirectoryNotFoundException
                && !path.Contains("/datasets/", StringComparison.Ordinal)
            ) { }
    }

    /// <summary>One closed run with items, an artifact and a file.</summary>
    public static async Task<RunRecord> WriteClosedAsync(
        LodeStore lode,
        int items = 20,
        string runId = "run-1",
        int batchItems = int.MaxValue
    )
    {
        var run = Run(runId);
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        for (var first = 1L; first <= items; first += batchItems)
        {
            var batch = Batch(first, Math.Min(items, first - 1 + batchItems), runId);
            Assert.True((await appender.AppendAsync(batch, default)).IsDurable);
        }
        Assert.True((await appender.AppendArtifactAsync(new("a1", 1, true, new byte[] { 1, 2, 3 }), default)).Ok);
        Assert.True(
            (await appender.AppendAsync(Batch(items + 1, ArtifactEvent(items + 1, "a1", 3, runId)), default)).IsDurable
        );
        Assert.True((await appender.PutFileAsync(new("page.html", "text/html", "<p>"u8.ToArray()), default)).Ok);
        var final = Done(run, items + 1);
        Assert.True((await appender.CloseAsync(final, default)).IsDurable);
        return final;
    }

    public static async Task<List<EventRow>> RowsAsync(
        LodeStore lode,
        RunRecord run,
        string? type = null,
        long after = 0
    ) => await lode.EventsAsync(run, type, after, default).ToListAsync();

    public static Task<VerifyReport> VerifyAsync(LodeStore lode, RunRecord run) =>
        new RunVerifier(lode.Objects).VerifyAsync(run, default);

    public string[] FilesBelow(string folder, string pattern) =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories).Order()];

    public void Dispose()
    {
        foreach (var folder in folders)
            Directory.Delete(folder, recursive: true);
    }
}
