namespace Quarry.Dashboard.Services;

/// <summary>The queue between buffered runs and the Lode writer, as the runner tells it.</summary>
/// <param name="Kind">What it is made of; null when buffered runs append directly.</param>
/// <param name="Holds">What is in it.</param>
/// <param name="DeadLetters">The newest batches that were not taken, newest first.</param>
internal sealed record PolicyQueueReport(string? Kind, PolicyQueueHolds Holds, IReadOnlyList<DeadLetter> DeadLetters);

/// <summary>What is not settled yet, and how many dead letters are kept.</summary>
internal sealed record PolicyQueueHolds(long Entries, long Events, long Bytes, long DeadLetters);

/// <summary>A batch that Lode would not take.</summary>
internal sealed record DeadLetter(string RunId, long FirstSeq, long LastSeq, string Reason);
