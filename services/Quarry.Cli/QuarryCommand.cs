using System.CommandLine;
using System.CommandLine.Invocation;
using Quarry.Cli.Commands;
using Quarry.Cli.Configuration;
using Quarry.Cli.Servers;
using Quarry.Contracts.Lode;
using Quarry.Lode.Sql;
using Quarry.Lode.Stores;
using Quarry.Runtime.Executors;
using Spectre.Console;

namespace Quarry.Cli;

/// <summary>The command line as a whole: parses, runs, and turns what goes wrong into a message and an exit code.</summary>
internal static class QuarryCommand
{
    /// <summary>Runs one command line; the exit code is the one of CONTRACT_RUN.</summary>
    public static async Task<int> InvokeAsync(string[] args)
    {
        // Tables in a file or a pipe have no edge that they would have to fit.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = RedirectedWidth;
        var root = new RootCommand(
            "Quarry runs Puppeteer scripts under supervision and keeps what they emit, provably."
        )
        {
            InitCommand.Create(),
            RunCommand.Create(),
            ListCommand.Create(),
            InspectCommand.Create(),
            TailCommand.Create(),
            VerifyCommand.Create(),
            QueryCommand.Create(),
            ExportCommand.Create(),
            StatsCommand.Create(),
            GcCommand.Create(),
            DeleteCommand.Create(),
            BackupCommand.Create(),
            ReindexCommand.Create(),
            DebugCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
            VersionCommand.Create(),
        };
        ParseResult parsed;
        try
        {
            parsed = ConfigFile.Parse(root, args);
        }
        catch (UsageException e)
        {
            return await FailAsync(e.Message, ExitCodes.InvalidUsage);
        }
        if (parsed.Action is not ParseErrorAction error)
            return await InvokeAsync(parsed);
        error.ShowHelp = false;
        error.ShowTypoCorrections = true;
        _ = await parsed.InvokeAsync(Settings);
        await Console.Error.WriteLineAsync($"Nothing was started. See 'quarry {Path(parsed)}--help'.");
        return ExitCodes.InvalidUsage;
    }

    private const int RedirectedWidth = 1_000;

    private static InvocationConfiguration Settings =>
        new()
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = Console.Error,
        };

    private static async Task<int> InvokeAsync(ParseResult parsed)
    {
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
            );
        }
        catch (UsageException e)
        {
            return await FailAsync(e.Message, ExitCodes.InvalidUsage);
        }
        catch (QueryException e)
        {
            return await FailAsync(e.Message, ExitCodes.NotProven);
        }
        catch (ServerException e)
        {
            return await FailAsync(e.Message, ExitCodes.InvalidUsage);
        }
        catch (ExecutorNotFoundException e)
        {
            return await FailAsync(e.Message, ExitCodes.InvalidUsage);
        }
        catch (Exception e) when (e is LodeException or StoreException)
        {
            return await FailAsync(e.Message, ExitCodes.StorageFailed);
        }
    }

    private static async Task<int> FailAsync(string message, int code)
    {
        await Console.Error.WriteLineAsync($"quarry: {message}");
        return code;
    }

    private static string Path(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ";
}
