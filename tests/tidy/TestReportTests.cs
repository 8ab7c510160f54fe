using System.Diagnostics;

namespace Quarry.Tests.Tidy;

/// <summary>The last line of <c>eng/test</c>: what it adds up, and what it takes for a failure.</summary>
public sealed class TestReportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("quarry-reports-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Passed_and_failed_tests_of_all_suites_are_added_up()
    {
        Trx("unit", passed: 5, failed: 0);
        Vitest("vitest", passed: 3, failed: 2, success: false, exit: 1);
        Assert.Equal((1, "8 passed, 2 failed"), LastLine("unit.trx", "vitest.json"));
    }

    [Fact]
    public void Green_suites_end_with_exit_code_0()
    {
        Trx("unit", passed: 5, failed: 0);
        Vitest("vitest", passed: 3, failed: 0, success: true, exit: 0);
        Assert.Equal((0, "8 passed, 0 failed"), LastLine("unit.trx", "vitest.json"));
    }

    [Fact]
    public void A_suite_without_a_report_is_a_failure()
    {
        Trx("unit", passed: 5, failed: 0);
        Assert.Equal((1, "5 passed, 1 failed"), LastLine("unit.trx", "gone.trx"));
    }

    [Fact]
    public void Green_counters_in_a_failed_run_are_a_failure()
    {
        Trx("crashed", passed: 5, failed: 0, outcome: "Failed", exit: 7);
        Vitest("vitest", passed: 3, failed: 0, success: false, exit: 1);
        Assert.Equal((1, "8 passed, 2 failed"), LastLine("crashed.trx", "vitest.json"));
    }

    [Fact]
    public void A_bad_exit_code_behind_a_green_report_is_a_failure()
    {
        Trx("unit", passed: 5, failed: 0, exit: 134);
        Assert.Equal((1, "5 passed, 1 failed"), LastLine("unit.trx"));
    }

    [Fact]
    public void A_suite_that_ran_nothing_is_a_failure()
    {
        Trx("empty", passed: 0, failed: 0);
        Assert.Equal((1, "0 passed, 1 failed"), LastLine("empty.trx"));
        Assert.Equal((1, "0 passed, 1 failed"), LastLine());
    }

    [Fact]
    public void A_report_that_is_cut_short_is_a_failure()
    {
        Write("vitest.json", "{\"numPassedTests\": 3, \"numFai");
        Write("vitest.exit", "0");
        Write("unit.trx", "<TestRun><ResultSummary outcome=\"Completed\">");
        Write("unit.exit", "0");
        Assert.Equal((1, "0 passed, 2 failed"), LastLine("vitest.json", "unit.trx"));
    }

    [Fact]
    public void A_suite_that_does_not_exist_is_named_and_nothing_is_built()
    {
        var (exit, line) = Run("bash", [Path.Combine(SourceTree.Root, "eng", "test"), "no-such-suite"]);
        Assert.Equal((1, "0 passed, 1 failed"), (exit, line));
    }

    private (int Exit, string Line) LastLine(params string[] reports) =>
        Run("node", [Path.Combine(SourceTree.Root, "eng", "add-results.mjs"), folder, .. reports]);

    private static (int Exit, string Line) Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.TrimEnd('\n').Split('\n')[^1]);
    }

    private void Trx(string name, int passed, int failed, string outcome = "Completed", int exit = 0)
    {
        var counters =
            $"""total="{passed + failed}" executed="{passed + failed}" passed="{passed}" failed="{failed}" """;
        Write(
            $"{name}.trx",
            $"""<TestRun><ResultSummary outcome="{outcome}"><Counters {counters}/></ResultSummary></TestRun>"""
        );
        Write($"{name}.exit", $"{exit}\n");
    }

    private void Vitest(string name, int passed, int failed, bool success, int exit)
    {
        var counts =
            $"\"numPassedTests\": {passed}, \"numFailedTests\": {failed}, \"numTotalTests\": {passed + failed}";
        Write($"{name}.json", $"{{{counts}, \"success\": {(success ? "true" : "false")}}}");
        Write($"{name}.exit", $"{exit}\n");
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text);
}
