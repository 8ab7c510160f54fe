using System.Buffers;
using System.Text;
using System.Text.Json;
using MessagePack;
using Quarry.Wire.MsgPack;

namespace Quarry.Tests.Unit.Wire;

public class MsgPackJsonTests
{
    public static TheoryData<object?, string> Values =>
        new()
        {
            { null, "null" },
            { true, "true" },
            { -1, "-1" },
            { long.MinValue, "-9223372036854775808" },
            { ulong.MaxValue, "18446744073709551615" },
            { 0.1, "0.1" },
            { double.NaN, "\"NaN\"" },
            { double.NegativeInfinity, "\"-Infinity\"" },
            { "a\u0000\"é", "\"a\\u0000\\u0022\\u00E9\"" },
            { new byte[] { 1, 2, 255 }, "\"AQL/\"" },
            { new object[] { 1, "x" }, "[1,\"x\"]" },
            {
                new Dictionary<object, object> { [1] = "one", ["k"] = 2 },
                "{\"1\":\"one\",\"k\":2}"
            },
            { new DateTime(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc), "\"2026-01-02T03:04:05.678Z\"" },
        };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_becomes_the_json_the_contract_says(object? value, string expected) =>
        Assert.Equal(expected, ToJson(MessagePackSerializer.Serialize(value)));

    [Fact]
    public void Text_that_is_not_utf8_is_kept_readable() =>
        Assert.Equal("\"a\\uFFFD\"", ToJson([0xa2, (byte)'a', 0xff]));

    private static string ToJson(byte[] value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Assert.True(MsgPackJson.TryWrite(value, writer));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
