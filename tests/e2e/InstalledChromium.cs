namespace Quarry.Tests.E2E;

/// <summary>The browser of this machine; nothing is downloaded.</summary>
internal static class InstalledChromium
{
    private static readonly string[] Names =
    [
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];

    public static string Path { get; } = Find();

    // Chromium refuses its sandbox to root, which tests in containers are.
    public static string[] Arguments =>
        Environment.UserName == "root" ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"];

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("PUPPETEER_EXECUTABLE_PATH") is { Length: > 0 } chosen)
            return chosen;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator);
        return Names
                .SelectMany(name => folders.Select(folder => System.IO.Path.Combine(folder, name)))
                .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"No browser was found on PATH ({string.Join(", ", Names)}). Install one, for example with "
                    + "'apt-get install chromium-headless-shell', or set PUPPETEER_EXECUTABLE_PATH."
            );
    }
}
