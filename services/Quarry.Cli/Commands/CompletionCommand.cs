using System.CommandLine;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry completion SHELL</c>: a script by which a shell completes commands, flags and their values.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _quarry() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(quarry "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _quarry quarry
        """;

    private const string Zsh = """
        #compdef quarry
        _quarry() {
            local -a found
            found=("${(@f)$(quarry "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a found
            _files
        }
        compdef _quarry quarry
        """;

    private const string Fish = """
        complete -c quarry -a '(set -l line (commandline -cp); quarry "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null)'
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName quarry -ScriptBlock {
            param($word, $ast, $position)
            quarry "[suggest:$position]" "$ast" 2>$null | Where-Object { $_ -like "$word*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh." };
        _ = shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Print a script that makes a shell complete commands and flags.")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            Console.WriteLine(
                parsed.GetValue(shell) switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    "fish" => Fish,
                    _ => PowerShell,
                }
            );
            return ExitCodes.Ok;
        });
        return command;
    }
}
