using System.Buffers;
using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Quarry.Cli.Configuration;

/// <summary>A value of YAML as JSON: what is quoted is text; plain numbers, true, false and null are what they say.</summary>
internal static class YamlJson
{
    /// <summary>The JSON of a node.</summary>
    /// <exception cref="UsageException">A key is no text, or the JSON is larger than a job may be.</exception>
    public static string Of(YamlNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(node, writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(YamlNode node, Utf8JsonWriter writer)
    {
        // Anchors make large values out of small files.
        if (writer.BytesCommitted + writer.BytesPending > Limits.JobBytesMax)
            throw new UsageException($"job is larger than {Limits.JobBytesMax:N0} bytes. Nothing was started.");
        switch (node)
        {
            case YamlMappingNode map:
                writer.WriteStartObject();
                foreach (var (key, value) in map.Children)
                {
                    writer.WritePropertyName(TextOf(key));
                    Write(value, writer);
                }
                writer.WriteEndObject();
                break;
            case YamlSequenceNode list:
                writer.WriteStartArray();
                foreach (var item in list.Children)
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            default:
                WriteScalar((YamlScalarNode)node, writer);
                break;
        }
    }

    private static string TextOf(YamlNode key) =>
        (key as YamlScalarNode)?.Value
        ?? throw new UsageException($"line {key.Start.Line}: a key must be text. Nothing was started.");

    private static void WriteScalar(YamlScalarNode scalar, Utf8JsonWriter writer)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            writer.WriteStringValue(text);
        else if (text is "" or "~" or "null")
            writer.WriteNullValue();
        else if (text is "true" or "false")
            writer.WriteBooleanValue(text == "true");
        else if (IsNumber(text))
            writer.WriteRawValue(text);
        else
            writer.WriteStringValue(text);
    }

    private static bool IsNumber(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
