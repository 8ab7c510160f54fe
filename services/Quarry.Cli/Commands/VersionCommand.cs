using System.CommandLine;
using System.Reflection;
using Quarry.Contracts;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry version</c>: versions of the product and of the contract it speaks.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Versions of the product and its contract.");
        command.SetAction(_ =>
        {
            var version = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!;
            Console.WriteLine($"quarry {version.InformationalVersion.Split('+')[0]}");
            Console.WriteLine($"contract {ContractVersion.Current} (accepts 0.x and 1.x)");
            return ExitCodes.Ok;
        });
        return command;
    }
}
