using System.Collections.Concurrent;

namespace Quarry.AppHost.Local.Processes;

/// <summary>
/// The one thread that starts processes, alive as long as this process. A parent-death signal is sent when the thread
/// that started the child ends, not when its process does, so a thread of the pool would end services at random.
/// </summary>
internal static class SpawnerThread
{
    private static readonly BlockingCollection<Action> Work = [];

    static SpawnerThread() => new Thread(Loop) { IsBackground = true, Name = "process spawner" }.Start();

    /// <summary>Runs a function on the thread.</summary>
    public static Task<T> RunAsync<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    private static void Loop()
    {
        foreach (var action in Work.GetConsumingEnumerable())
            action();
    }
}
