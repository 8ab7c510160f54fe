using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Quarry.Cli.Output;
using Quarry.Cli.Servers;
using Quarry.Contracts;
using Quarry.Contracts.Events;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry tail RUN</c>: rows of a run as they are stored, until it has ended, here or on a server.</summary>
internal sealed class TailCommand
{
    private readonly Argument<string> id = new("RUN") { Description = "Id of the run." };
    private readonly Option<string> storage = SharedOptions.Storage();
    private readonly ServerOptions server = new("Follow a run of a server.");
    private readonly Option<string> format = SharedOptions.Format();
    private readonly Option<string?> type = new("--type") { Description = "Only events of this type." };
    private readonly Option<long> after = new("--after-seq") { Description = "Begin behind this seq." };

    public static Command Create() => new TailCommand().Build();

    private Command Build()
    {
        _ = type.AcceptOnlyFromAmong([.. EventTypes.All.Select(t => t.Name())]);
        var command = new Command("tail", "Follow the rows of a run as they are stored, until it has ended.")
        {
            id,
            storage,
            server.Address,
            format,
            type,
            after,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var api = server.Find(parsed);
        if (api is not null)
        {
            ServerOptions.RefuseLocal(parsed, storage);
            await WriteAsync(parsed, RowsAsync(parsed, api, cancellation));
            return ExitCodes.Ok;
        }
        var root = parsed.GetValue(storage)!;
        await using var lode = await OpenedStorage.OpenAsync(root);
        var run = await OpenedStorage.FindAsync(lode, parsed.GetValue(id)!, root);
        var (only, from) = (parsed.GetValue(type), parsed.GetValue(after));
        await WriteAsync(parsed, lode.Reader.FollowAsync(run, only, from, TimeProvider.System, cancellation));
        return ExitCodes.Ok;
    }

    /// <summary>
    /// Rows of a run on a server, without a gap: they are read from what is stored, and the live feed only says when there
    /// may be more.
    /// </summary>
    private async IAsyncEnumerable<EventRow> RowsAsync(
        ParseResult parsed,
        ServerApi api,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var runId = parsed.GetValue(id)!;
        var last = parsed.GetValue(after);
        _ = await api.RunAsync(runId, cancellation);
        var news = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
        );
        var listening = ListenAsync(new LiveFeed(api, runId, TimeProvider.System), news.Writer, cancellation);
        for (var mayBeMore = true; mayBeMore; )
        {
            // Asked before the rows are read: what is stored in between belongs to the next look.
            mayBeMore = await news.Reader.WaitToReadAsync(cancellation);
            _ = news.Reader.TryRead(out _);
            for (var isFull = true; isFull; )
            {
                var page = await api.EventsAsync(runId, parsed.GetValue(type), last, cancellation);
                foreach (var row in page.Items)
                {
                    last = row.Seq;
                    yield return row;
                }
                isFull = page.NextCursor is not null;
            }
        }
        await listening;
    }

    private static async Task ListenAsync(LiveFeed feed, ChannelWriter<bool> news, CancellationToken cancellation)
    {
        try
        {
            await foreach (var item in feed.ReadAsync(cancellation))
                _ = news.TryWrite(item.EventType.Length > 0);
        }
        finally
        {
            _ = news.TryComplete();
        }
    }

    private async Task WriteAsync(ParseResult parsed, IAsyncEnumerable<EventRow> rows)
    {
        var isJson = parsed.GetValue(format) == "json";
        await foreach (var row in rows)
            Console.WriteLine(
                isJson
                    ? System.Text.Json.JsonSerializer.Serialize(row, QuarryJson.Compact)
                    : $"{row.Seq, 8}  {row.Ts}  {row.Type, -12}  {Printable.Of(row.Payload.GetRawText())}"
            );
    }
}
