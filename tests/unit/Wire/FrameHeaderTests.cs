using System.Text;
using MessagePack;
using Quarry.Contracts.Events;
using Quarry.Wire.Frames;

namespace Quarry.Tests.Unit.Wire;

public class FrameHeaderTests
{
    [Fact]
    public void Keys_come_in_any_order_and_unknown_ones_are_skipped()
    {
        var fields = new Dictionary<string, object?>
        {
            ["payload"] = new Dictionary<string, object> { ["deep"] = new object[] { 1, "two", new byte[3], 2.5 } },
            ["future"] = new Dictionary<string, object> { ["x"] = 1 },
            ["seq"] = 70_000,
            ["ts"] = "t",
            ["attempt"] = 2,
            ["type"] = "checkpoint",
            ["run_id"] = "r",
            ["event_id"] = "e",
            ["contract_version"] = "0.13.0",
            ["job_id"] = null,
            ["parent_run_id"] = "p",
        };
        var map = MessagePackSerializer.Serialize(fields);
        Assert.Equal(HeaderStatus.Ok, FrameHeader.TryRead(map, out var header));
        Assert.Equal(FrameKind.Event, header.Kind);
        Assert.Equal(EventType.Checkpoint, header.EventType);
        Assert.Equal((70_000, 2), (header.Seq, header.Attempt));
        Assert.Equal("p", Encoding.UTF8.GetString(header.ParentRunId));
        Assert.True(header.JobId.IsEmpty);
        Assert.Equal(MessagePackSerializer.Serialize(fields["payload"]), header.Payload.ToArray());
    }

    [Fact]
    public void Every_event_type_of_the_contract_is_known_by_its_name()
    {
        foreach (var type in EventTypes.All)
        {
            var frame = Frames.Event(1, type.Name());
            Assert.Equal(HeaderStatus.Ok, FrameHeader.TryRead(frame.AsSpan(4), out var header));
            Assert.Equal(type, header.EventType);
        }
    }

    [Theory]
    [InlineData("c0", HeaderStatus.NotAMap)]
    [InlineData("93010203", HeaderStatus.NotAMap)]
    [InlineData("80", HeaderStatus.NoType)]
    [InlineData("8101", HeaderStatus.BadKey)]
    [InlineData("81a474797065", HeaderStatus.BadField)]
    [InlineData("81a47479706501", HeaderStatus.BadField)]
    [InlineData("81a474797065a3666f6f00", HeaderStatus.TrailingBytes)]
    [InlineData("dfffffffff", HeaderStatus.NotAMap)]
    public void What_is_not_an_envelope_is_named(string hex, HeaderStatus expected) =>
        Assert.Equal(expected, FrameHeader.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void A_map_cut_at_any_byte_is_refused()
    {
        var map = Frames.Event(1)[4..];
        for (var cut = 0; cut < map.Length; cut++)
            Assert.NotEqual(HeaderStatus.Ok, FrameHeader.TryRead(map.AsSpan(0, cut), out _));
    }

    [Theory]
    [InlineData(102, HeaderStatus.Ok)]
    [InlineData(103, HeaderStatus.BadField)]
    public void Nesting_is_bounded(int depth, HeaderStatus expected)
    {
        byte[] map =
        [
            0x82,
            0xa4,
            .. "type"u8,
            0xa3,
            .. "log"u8,
            0xa7,
            .. "payload"u8,
            .. Enumerable.Repeat((byte)0x91, depth),
            0xc0,
        ];
        Assert.Equal(expected, FrameHeader.TryRead(map, out _));
    }
}
