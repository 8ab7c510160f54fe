using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Runtime.FanOut;
using Quarry.Wire.Frames;

namespace Quarry.Tests.Unit.Runtime;

public class ChildRunTests
{
    private static readonly RunRecord Root = (
        new LaunchRequest
        {
            Script = "/s/list.ts",
            Source = "shop",
            FanOut = new() { Depth = 2 },
        }
    ).ToRunRecord(TimeProvider.System);

    public static TheoryData<string, string, bool> Params =>
        new()
        {
            { """{"a":1,"b":[1,2]}""", """{ "b": [1, 2], "a": 1 }""", true },
            { """{"a":{"x":1,"y":2}}""", """{"a":{"y":2,"x":1}}""", true },
            { """{"a":[1,2]}""", """{"a":[2,1]}""", false },
            { """{"a":1}""", """{"a":"1"}""", false },
            { """{"a":null}""", "{}", false },
        };

    [Theory]
    [MemberData(nameof(Params))]
    public void Params_are_the_same_when_their_values_are(string one, string other, bool isSame) =>
        Assert.Equal(isSame, IdOf(Root, Request(one)) == IdOf(Root, Request(other)));

    [Fact]
    public void A_key_decides_alone_and_target_and_tree_count_otherwise()
    {
        Assert.Equal(
            IdOf(Root, Request("{}") with { Key = "k" }),
            IdOf(Root, Request("""{"x":1}""") with { Key = "k", Target = "b.ts" })
        );
        Assert.NotEqual(IdOf(Root, Request("{}")), IdOf(Root, Request("{}") with { Target = "b.ts" }));
        Assert.NotEqual(
            IdOf(Root, Request("{}")),
            IdOf(Root with { RootRunId = RunIds.New(TimeProvider.System) }, Request("{}"))
        );
        Assert.Equal(IdOf(Root, Request("{}")), IdOf(Root with { RunId = "a grandchild", Depth = 1 }, Request("{}")));
    }

    [Fact]
    public void A_child_has_a_uuid_version_7_with_the_time_of_its_root()
    {
        var clock = new FakeTimeProvider(new(2026, 3, 2, 1, 2, 3, TimeSpan.Zero));
        var root = Root with { RootRunId = RunIds.New(clock) };
        var id = IdOf(root, Request("{}"));
        Assert.Equal(root.RootRunId![..13], id[..13]);
        Assert.Equal(('7', true), (id[14], "89ab".Contains(id[19], StringComparison.Ordinal)));
        Assert.Equal("00000000-0000-7", IdOf(Root with { RootRunId = "chosen" }, Request("{}"))[..15]);
    }

    [Fact]
    public void A_child_inherits_what_its_request_does_not_say()
    {
        var child = ChildRuns.Create(
            Root,
            Request("""{"page":2}""") with
            {
                Category = "detail",
            },
            "id",
            "/s/detail.ts",
            TimeProvider.System
        );
        Assert.Equal(("shop", "detail", 1, 1), (child.Source, child.Category, child.Depth, child.Attempt));
        Assert.Equal((Root.RunId, Root.RunId, 2), (child.RootRunId, child.EnqueuedByRunId, child.FanOut.Depth));
        Assert.Equal(2, child.Job!.Value.GetProperty("page").GetInt32());
    }

    [Fact]
    public void Depth_is_counted_from_the_root()
    {
        Assert.False(ChildRuns.IsTooDeep(Root with { Depth = 1 }));
        Assert.True(ChildRuns.IsTooDeep(Root with { Depth = 2 }));
        Assert.False(ChildRuns.MayFanOut(Root with { FanOut = new() }));
    }

    [Theory]
    [InlineData(Limits.JobBytesMax, true)]
    [InlineData(Limits.JobBytesMax + 1, false)]
    public void Params_are_bounded_like_a_job(int bytes, bool isAccepted) =>
        Assert.Equal(isAccepted, ChildRuns.Refuse(Request($"\"{new string('x', bytes - 2)}\"")) is null);

    [Fact]
    public void An_enqueue_event_is_read_and_one_without_target_or_params_is_not()
    {
        var full = Read(
            new()
            {
                ["target"] = "a.ts",
                ["params"] = new Dictionary<string, object> { ["n"] = 1 },
                ["source"] = "o",
                ["key"] = "k",
            }
        );
        Assert.Equal(
            (7L, "a.ts", """{"n":1}""", "o", null, "k"),
            (full!.Seq, full.Target, full.Params.GetRawText(), full.Source, full.Category, full.Key)
        );
        Assert.Null(Read(new() { ["target"] = "a.ts" }));
        Assert.Null(Read(new() { ["params"] = new Dictionary<string, object>() }));
        Assert.Null(Read(new() { ["target"] = 5, ["params"] = 1 }));
    }

    private static ChildRequest? Read(Dictionary<string, object> payload)
    {
        var frames = new EventFrames(Frames.Event(7, "enqueue", payload));
        Assert.True(frames.MoveNext());
        return ChildRequest.Read(frames.Current.Seq, frames.Current.Payload);
    }

    private static ChildRequest Request(string parameters) =>
        new(1, "a.ts", JsonSerializer.Deserialize<JsonElement>(parameters));

    private static string IdOf(RunRecord parent, ChildRequest request) =>
        ChildIdentity.RunIdOf(parent, ChildIdentity.HashOf(parent, request));
}
