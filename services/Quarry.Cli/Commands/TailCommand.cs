using System.CommandLine;
using Quarry.Cli.Output;
using Quarry.Contracts;
using Quarry.Contracts.Events;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry tail RUN</c>: rows of a run as they are committed, until it has ended.</summary>
internal static class TailCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("RUN") { Description = "Id of the run." };
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var type = new Option<string?>("--type") { Description = "Only events of this type." };
        _ = type.AcceptOnlyFromAmong([.. EventTypes.All.Select(t => t.Name())]);
        var after = new Option<long>("--after-seq") { Description = "Begin behind this seq." };
        var command = new Command("tail", "Follow the rows of a run as they are stored, until it has ended.")
        {
            id,
            storage,
            format,
            type,
            after,
        };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var root = parsed.GetValue(storage)!;
                await using var lode = await OpenedStorage.OpenAsync(root);
                var run = await OpenedStorage.FindAsync(lode, parsed.GetValue(id)!, root);
                var isJson = parsed.GetValue(format) == "json";
                var rows = lode.Reader.FollowAsync(
                    run,
                    parsed.GetValue(type),
                    parsed.GetValue(after),
                    TimeProvider.System,
                    cancellation
                );
                await foreach (var row in rows)
                    Write(row, isJson);
                return ExitCodes.Ok;
            }
        );
        return command;
    }

    private static void Write(EventRow row, bool isJson) =>
        Console.WriteLine(
            isJson
                ? System.Text.Json.JsonSerializer.Serialize(row, QuarryJson.Compact)
                : $"{row.Seq, 8}  {row.Ts}  {row.Type, -12}  {Printable.Of(row.Payload.GetRawText())}"
        );
}
