using System.CommandLine;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Quarry.Cli.Configuration;

/// <summary>
/// A file of flags, in YAML: a key for each flag, by its name without the dashes. What the command line says wins. Paths
/// are meant as on the command line: from the folder that the command is called in.
/// </summary>
internal static class ConfigFile
{
    /// <summary>Largest file, in bytes.</summary>
    public const int BytesMax = 1024 * 1024;

    private const string Name = "--config";
    private const string Job = "--job";

    /// <summary>Flags of which one replaces the other.</summary>
    private static readonly string[][] Either =
    [
        [Job, "--job-file"],
        ["--script", "SCRIPT"],
    ];

    public static Option<string?> Option() =>
        new(Name)
        {
            Description =
                "File with flags: a key for each, such as 'policy: buffered'. What the command line says wins.",
            HelpName = "FILE",
        };

    /// <summary>Parses a command line; what its file says is added where the command line says nothing.</summary>
    /// <exception cref="UsageException">The file cannot be read, or says what no flag says.</exception>
    public static ParseResult Parse(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        var command = parsed.CommandResult.Command;
        if (parsed.Errors.Count > 0 || !command.Options.Any(o => o.Name == Name))
            return parsed;
        if (parsed.GetValue<string?>(Name) is not { } file)
            return parsed;
        var at = Array.IndexOf(args, command.Name) + 1;
        var whole = root.Parse([.. args[..at], .. Arguments(file, parsed), .. args[at..]]);
        return whole.Errors.Count == 0
            ? whole
            : throw Refuse(file, string.Join(" ", whole.Errors.Select(e => e.Message)));
    }

    private static IEnumerable<string> Arguments(string file, ParseResult parsed)
    {
        var known = parsed.CommandResult.Command.Options.Where(o => o.Name is not (Name or "--help")).ToList();
        foreach (var (key, value) in Read(file).Children)
        {
            var name = $"--{(key as YamlScalarNode)?.Value}";
            var option =
                known.Find(o => o.Name == name || o.Aliases.Contains(name)) ?? throw Unknown(file, name, known);
            if (IsGiven(parsed, option.Name))
                continue;
            foreach (var text in Texts(file, option, value))
                yield return $"{option.Name}={text}";
        }
    }

    private static YamlMappingNode Read(string file)
    {
        try
        {
            var info = new FileInfo(file);
            if (info.Length > BytesMax)
                throw Refuse(file, $"it has {info.Length:N0} bytes, limit {BytesMax:N0}.");
            using var reader = info.OpenText();
            var yaml = new YamlStream();
            yaml.Load(reader);
            return yaml.Documents switch
            {
                [] => [],
                [{ RootNode: YamlMappingNode map }] => map,
                _ => throw Refuse(file, "it must be one map of flags, such as 'policy: buffered'."),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refuse(file, e.Message, e);
        }
        catch (YamlException e)
        {
            throw Refuse(file, $"line {e.Start.Line}: {e.Message}", e);
        }
    }

    private static IEnumerable<string> Texts(string file, Option option, YamlNode value)
    {
        if (option.Name == Job && value is not YamlScalarNode)
            return [YamlJson.Of(value)];
        var values = value is YamlSequenceNode list && option.Arity.MaximumNumberOfValues > 1 ? list.Children : [value];
        return values.Select(v =>
            v is YamlScalarNode { Value.Length: > 0 } scalar
                ? scalar.Value
                : throw Refuse(file, $"line {v.Start.Line}: {option.Name[2..]} must have one value.")
        );
    }

    private static bool IsGiven(ParseResult parsed, string name) =>
        Either
            .SingleOrDefault(pair => pair.Contains(name), [name])
            .Any(n => parsed.CommandResult.Children.Any(r => Is(r, n)));

    private static bool Is(System.CommandLine.Parsing.SymbolResult result, string name) =>
        result switch
        {
            System.CommandLine.Parsing.OptionResult o => o.Option.Name == name && !o.Implicit,
            System.CommandLine.Parsing.ArgumentResult a => a.Argument.Name == name && a.Tokens.Count > 0,
            _ => false,
        };

    private static UsageException Unknown(string file, string name, List<Option> known)
    {
        var keys = known.Where(o => !o.Hidden).SelectMany(o => o.Aliases.Append(o.Name));
        var nearest = NearestName.Of(name, keys);
        return Refuse(
            file,
            $"there is no flag '{name[2..]}'."
                + (nearest is null ? "" : $" Did you mean '{nearest[2..]}'?")
                + " Keys are the flags of 'quarry run --help' without their dashes."
        );
    }

    private static UsageException Refuse(string file, string reason, Exception? inner = null) =>
        new($"--config '{file}' cannot be used: {reason} Nothing was started.", inner!);
}
