using System.Reflection;

namespace Quarry.Streams.RunQueues;

/// <summary>
/// The queue's steps as Lua programs: Redis runs each whole, so that several runners cannot come between.
/// </summary>
internal static class QueueScripts
{
    public static string Enqueue { get; } = Read("enqueue");

    public static string Take { get; } = Read("take");

    public static string Renew { get; } = Read("renew");

    public static string Expired { get; } = Read("expired");

    public static string Finish { get; } = Read("finish");

    public static string Remove { get; } = Read("remove");

    public static string Find { get; } = Read("find");

    public static string Stats { get; } = Read("stats");

    private static string Read(string name) => Text("common") + Text(name);

    private static string Text(string name)
    {
        var resource = $"Quarry.Streams.RunQueues.Lua.{name}.lua";
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd() + "\n";
    }
}
