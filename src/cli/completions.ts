import { Argument, type Command } from "commander";
import { completionScript, type Shell, SHELLS, type Words } from "./completion_scripts.ts";
import { type Act, helpTail } from "./command.ts";

/** Words that may follow a command: its commands, options, and the choices of its arguments. */
function wordsOf(command: Command, inherited: string[]): string[] {
  const options = command.options.filter(({ hidden }) => !hidden)
    .flatMap(({ short, long }) => [short, long]).filter((word) => word !== undefined);
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  return [...command.commands.map((one) => one.name()), ...choices, ...options, ...inherited];
}

/** The words of every command, by its path: "", "snapshot", "snapshot take". */
export function allWords(program: Command): Words {
  const global = program.options.flatMap(({ long }) => long ?? []);
  const words: Words = { "": wordsOf(program, ["--help"]) };
  const add = (command: Command, path: string) => {
    words[path] = wordsOf(command, ["--help", ...global]);
    for (const one of command.commands) add(one, `${path} ${one.name()}`);
  };
  for (const command of program.commands) add(command, command.name());
  return words;
}

/** `completions`. */
export function defineCompletions(program: Command, act: Act): void {
  program.command("completions")
    .description("print a script that completes command lines in your shell")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .addHelpText(
      "after",
      helpTail([
        'lifeboat completions bash >>~/.bashrc    # or: eval "$(lifeboat completions bash)"',
        "lifeboat completions fish >~/.config/fish/completions/lifeboat.fish",
        "lifeboat completions zsh >~/.zfunc/_lifeboat",
        "lifeboat completions powershell >>$PROFILE",
      ], [0, 2]),
    )
    .action(act((_, __, [shell]) => {
      const script = completionScript(shell as Shell, allWords(program));
      return Promise.resolve({ result: { ok: true, shell, script }, text: () => script });
    }));
}
