using System.CommandLine;
using Quarry.Cli.Doctor;
using Quarry.Cli.Output;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry doctor</c>: what this machine has for runs, what stands in for what, and how to get the real one.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var command = new Command("doctor", "Check this machine: what is there, and what stands in for what.")
        {
            storage,
            format,
        };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var findings = new List<Finding>(await ExecutorCheck.RunAsync(cancellation));
                // Asking must not make a folder that nobody named.
                var root = parsed.GetValue(storage)!;
                if (parsed.GetResult(storage) is { Implicit: false } || Directory.Exists(root))
                    findings.Add(await MachineChecks.StorageAsync(root));
                findings.Add(MachineChecks.Redis());
                if (AspireCheck.Run() is { } aspire)
                    findings.Add(aspire);
                findings.Add(MachineChecks.Memory());
                if (parsed.GetValue(format) == "json")
                    JsonOutput.Write(Console.Out, findings);
                else
                    Write(findings);
                return findings.Exists(f => f.Status == FindingStatus.Missing) ? ExitCodes.NotProven : ExitCodes.Ok;
            }
        );
        return command;
    }

    private static void Write(List<Finding> findings)
    {
        foreach (var (part, status, found, next) in findings)
        {
            Console.WriteLine($"{Word(status), -9} {part, -9} {Printable.Of(found)}");
            if (next is not null)
                Console.WriteLine($"{"", -20}{next}");
        }
    }

    private static string Word(FindingStatus status) =>
        status switch
        {
            FindingStatus.Ok => "ok",
            FindingStatus.StandIn => "stand-in",
            FindingStatus.Warning => "warning",
            _ => "missing",
        };
}
