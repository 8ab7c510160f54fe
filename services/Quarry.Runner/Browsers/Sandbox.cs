namespace Quarry.Runner.Browsers;

/// <summary>
/// Chromium has no sandbox as root, and so a page that breaks out of its process is root. In production that takes a setting
/// of its own; a developer's machine is only warned.
/// </summary>
internal sealed class Sandbox(IHostEnvironment environment, IConfiguration configuration)
{
    private const string Variable = "QUARRY_NO_SANDBOX";

    /// <summary>Why browsers run without one; null when they have it.</summary>
    public string? WhyOff =>
        IsSwitchedOff ? $"{Variable} says so"
        : Environment.IsPrivilegedProcess ? "the runner is root"
        : null;

    /// <summary>Why no browser may be started; null when one may.</summary>
    public string? Refusal =>
        Environment.IsPrivilegedProcess && !IsSwitchedOff && !environment.IsDevelopment()
            ? "No browser is started: the runner is root, and as root Chromium has no sandbox. Run the runner as another user, "
                + $"or set {Variable}=1 to do without. See docs/guides/browsers.md."
            : null;

    private bool IsSwitchedOff => configuration[Variable] == "1";
}
