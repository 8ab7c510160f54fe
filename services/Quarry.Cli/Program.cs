using Quarry.Cli;

return await QuarryCommand.InvokeAsync(args);
