using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Contracts;

/// <summary>The shared vectors hold on this side as they do on the other.</summary>
public sealed class VectorTests
{
    public static TheoryData<string, string?, string?> PartitionValues => Vectors("partition-values");

    public static TheoryData<string, string?, string?> Filenames => Vectors("filenames");

    [Theory]
    [MemberData(nameof(PartitionValues))]
    public void A_partition_value_is_escaped_or_refused(string raw, string? escaped, string? error)
    {
        Assert.Equal(error, PartitionValue.Refuse(raw));
        if (escaped is not null)
            Assert.Equal(escaped, PartitionValue.Escape(raw));
    }

    [Theory]
    [MemberData(nameof(Filenames))]
    public void A_file_name_is_escaped_or_refused(string raw, string? escaped, string? error)
    {
        Assert.Equal(error, SidecarName.Refuse(raw));
        if (escaped is not null)
            Assert.Equal(escaped, PartitionValue.Escape(raw));
    }

    [Fact]
    public void Limits_and_the_contract_version_have_one_value_on_both_sides()
    {
        var here = new Dictionary<string, object>
        {
            ["contractVersion"] = ContractVersion.Current,
            ["framePrefixBytes"] = Limits.FramePrefixBytes,
            ["frameBytesMax"] = Limits.FrameBytesMax,
            ["chunkDataBytesMax"] = Limits.ChunkDataBytesMax,
            ["payloadDepthMax"] = Limits.PayloadDepthMax,
            ["partitionValueBytesMax"] = Limits.PartitionValueBytesMax,
            ["spansReportedMax"] = Limits.SpansReportedMax,
        };
        Assert.True(
            JsonElement.DeepEquals(JsonSerializer.SerializeToElement(here), GoldenFiles.Json("vectors/limits.json"))
        );
    }

    private static TheoryData<string, string?, string?> Vectors(string name)
    {
        var data = new TheoryData<string, string?, string?>();
        foreach (var vector in GoldenFiles.Json($"vectors/{name}.json").EnumerateArray())
            data.Add(vector.GetProperty("raw").GetString()!, Find(vector, "escaped"), Find(vector, "error"));
        return data;
    }

    private static string? Find(JsonElement vector, string field) =>
        vector.TryGetProperty(field, out var value) ? value.GetString() : null;
}
