namespace Quarry.Contracts.Politeness;

/// <summary>
/// Who is at which host, shared by all who take turns: so many at the same time, and so much time between two starts. A turn
/// that is not renewed ends by itself, so that a process that died keeps nobody waiting.
/// </summary>
public interface IHostTurns
{
    /// <summary>Takes a turn if there is one now.</summary>
    Task<TurnAnswer> TryTakeAsync(TurnQuestion question, CancellationToken cancellation);

    /// <summary>Keeps turns for another <see cref="TurnQuestion.KeptFor"/>.</summary>
    Task RenewAsync(string host, IReadOnlyList<string> turns, CancellationToken cancellation);

    /// <summary>Ends a turn; one that has ended already is no matter.</summary>
    Task EndAsync(string host, string turn, CancellationToken cancellation);
}

/// <summary>A question for a turn.</summary>
/// <param name="Host">Host, with its port where that is not the usual one.</param>
/// <param name="Turn">Id of the turn, chosen by who asks.</param>
/// <param name="Concurrency">Turns at the host at the same time, this one included.</param>
/// <param name="Delay">Least time since the last start of anybody's turn there.</param>
public sealed record TurnQuestion(string Host, string Turn, int Concurrency, TimeSpan Delay)
{
    /// <summary>How long a turn lasts unless it is renewed.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(20);

    /// <summary>When to ask again while others are at the host: their ends are not announced.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);
}

/// <summary>The answer: a turn, or when to ask again.</summary>
public readonly record struct TurnAnswer(bool IsGranted, TimeSpan AskAgainIn = default);
