using System.CommandLine;

namespace Quarry.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class SharedOptions
{
    public const string DefaultStorage = "./quarry-data";

    public static Option<string> Storage() =>
        new("--storage", "--storage-path")
        {
            Description = "Where the data lies: a folder, s3://bucket/prefix or azblob://container/prefix.",
            HelpName = "PATH",
            DefaultValueFactory = _ => DefaultStorage,
        };

    public static Option<string> Format()
    {
        var option = new Option<string>("--format")
        {
            Description = "Output for people (text) or for programs (json).",
            DefaultValueFactory = _ => "text",
        };
        _ = option.AcceptOnlyFromAmong("text", "json");
        return option;
    }
}
