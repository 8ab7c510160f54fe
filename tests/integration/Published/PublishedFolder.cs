using System.Diagnostics;

namespace Quarry.Tests.Integration.Published;

/// <summary>Programs that <c>dotnet publish</c> made, on a machine that has .NET, a browser, and no Node.</summary>
internal sealed class PublishedFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-published-");

    public string Path => folder.FullName;

    /// <summary>Publishes a project as it was built with these tests; the folder.</summary>
    public async Task<string> PublishAsync(string project)
    {
        var program = System.IO.Path.Combine(Path, System.IO.Path.GetFileName(project));
        using var publish = Start(
            "dotnet",
            Checkout.Root,
            [],
            "publish",
            project,
            "--output",
            program,
            "--no-build",
            "--configuration",
            Checkout.Configuration,
            "-p:UseAspire=false",
            "--verbosity",
            "quiet"
        );
        _ = await OutputAsync(publish);
        return program;
    }

    /// <summary>Starts a published program where nothing else is installed.</summary>
    public Process StartBare(string program, Dictionary<string, string> variables, params string[] arguments)
    {
        var bare = new Dictionary<string, string>(variables) { ["PATH"] = Programs(), ["HOME"] = Path };
        // The browser is named, because whoever looks for one looks on PATH.
        if (Find("chromium-headless-shell") is { } browser)
            bare["PUPPETEER_EXECUTABLE_PATH"] = browser;
        return Start(program, Path, bare, arguments);
    }

    /// <summary>What a program printed; fails when it failed.</summary>
    public static async Task<string> OutputAsync(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"ended with {process.ExitCode}\n{await output}\n{await error}");
        return await output;
    }

    public static string? Find(string program) =>
        Environment
            .GetEnvironmentVariable("PATH")!
            .Split(System.IO.Path.PathSeparator)
            .Select(f => System.IO.Path.Combine(f, program))
            .FirstOrDefault(File.Exists);

    public void Dispose() => folder.Delete(recursive: true);

    // What every Linux has, and nothing else.
    private string Programs()
    {
        var programs = folder.CreateSubdirectory("bin").FullName;
        foreach (var name in (string[])["setsid", "bash", "sh"])
        {
            var link = System.IO.Path.Combine(programs, name);
            if (!File.Exists(link))
                File.CreateSymbolicLink(link, Find(name)!);
        }
        return programs;
    }

    private static Process Start(
        string program,
        string directory,
        Dictionary<string, string> variables,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
