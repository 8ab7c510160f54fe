using System.CommandLine;
using Quarry.Cli.Launch;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry init</c>: a folder with a typed script, its test, and a saved page to test it with.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder to write into; it is made when missing." };
        var command = new Command("init", "Make a folder with a script, its test and a saved page.") { folder };
        command.SetAction(parsed => Create(parsed.GetValue(folder)!));
        return command;
    }

    private static int Create(string folder)
    {
        var target = Path.GetFullPath(folder);
        var name = ProjectTemplate.PackageName(Path.GetFileName(target.TrimEnd(Path.DirectorySeparatorChar)));
        Refuse(target, folder);
        try
        {
            foreach (var file in ProjectTemplate.Files)
                ProjectTemplate.Write(file, target, name, FindSdk());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{folder}' cannot be written: {e.Message} Choose another folder.", e);
        }
        Tell(folder, name);
        return ExitCodes.Ok;
    }

    /// <summary>Nothing that exists is written over, so nothing is written when anything exists.</summary>
    private static void Refuse(string target, string folder)
    {
        if (File.Exists(target))
            throw new UsageException($"'{folder}' is a file. Name a folder; nothing was written.");
        if (ProjectTemplate.Files.FirstOrDefault(f => File.Exists(Path.Combine(target, f))) is { } there)
            throw new UsageException($"'{folder}' has a {there} already. Choose another folder; nothing was written.");
    }

    private static void Tell(string folder, string name)
    {
        Console.WriteLine($"Created {folder}:");
        foreach (var file in ProjectTemplate.Files)
            Console.WriteLine($"  {file}");
        Console.WriteLine();
        Console.WriteLine("Next:");
        Console.WriteLine($"  cd {folder}");
        Console.WriteLine("  npm install");
        Console.WriteLine("  npm test");
        Console.WriteLine($"  quarry run script.ts --source {name} --job '{{\"url\": \"https://...\"}}' --watch");
    }

    /// <summary>The SDK beside this program or above it, as it was published or built with it.</summary>
    private static string FindSdk()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var sdk = Path.Combine(at.FullName, "sdk-ts");
            if (File.Exists(Path.Combine(sdk, "package.json")))
                return sdk;
        }
        throw new UsageException(
            $"The SDK (sdk-ts) is neither beside nor above {AppContext.BaseDirectory}. Install the program again."
        );
    }
}
