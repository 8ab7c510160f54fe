using Quarry.Cli;
using Quarry.Lode.Sql;

return SqlWorker.TryRun(args) ? ExitCodes.Ok : await QuarryCommand.InvokeAsync(args);
