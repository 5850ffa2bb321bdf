/** Scripts that complete command lines. Pure; words are of letters, digits and dashes only. */

/** Shells that can be completed in. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = typeof SHELLS[number];

/** What may follow each command, by its path: "", "snapshot", "snapshot take". */
export type Words = Record<string, string[]>;

/** The script for a shell. */
export function completionScript(shell: Shell, words: Words): string {
  return SCRIPTS[shell](words);
}

const SCRIPTS: Record<Shell, (words: Words) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

function commandsIn(words: Words): string[] {
  return Object.keys(words).filter((path) => path !== "");
}

/**
 * For bash and zsh alike: which command stands in the words of a line, and what may follow it. A word
 * that is a command only counts after the one that it belongs to.
 */
function posixFunction(words: Words): string[] {
  return [
    "_lifeboat_words() {",
    "  local path='' word",
    '  for word in "$@"; do',
    '    case "${path:+$path }$word" in',
    `      ${commandsIn(words).map((path) => `'${path}'`).join("|")})`,
    '        path="${path:+$path }$word" ;;',
    "    esac",
    "  done",
    '  case "$path" in',
    ...Object.entries(words).map(([path, list]) => `    '${path}') echo '${list.join(" ")}' ;;`),
    "  esac",
    "}",
  ];
}

function bashScript(words: Words): string {
  return [
    "# Completion of lifeboat in bash.",
    ...posixFunction(words),
    "_lifeboat() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}"',
    '  local words="$(_lifeboat_words "${COMP_WORDS[@]:1:COMP_CWORD-1}")"',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "complete -o default -F _lifeboat lifeboat",
    "",
  ].join("\n");
}

function zshScript(words: Words): string {
  return [
    "#compdef lifeboat",
    "# Completion of lifeboat in zsh.",
    ...posixFunction(words),
    "_lifeboat() {",
    "  local -a found",
    '  found=(${=$(_lifeboat_words "${(@)words[2,CURRENT-1]}")})',
    "  compadd -a found || _files",
    "}",
    'if [ "$funcstack[1]" = "_lifeboat" ]; then _lifeboat "$@"; else compdef _lifeboat lifeboat; fi',
    "",
  ].join("\n");
}

function fishScript(words: Words): string {
  return [
    "# Completion of lifeboat in fish.",
    "function __lifeboat_words",
    "  set -l path",
    "  for word in (commandline -opc)[2..-1]",
    `    if contains -- (string join ' ' $path $word) ${
      commandsIn(words).map((path) => `'${path}'`).join(" ")
    }`,
    "      set path $path $word",
    "    end",
    "  end",
    "  switch (string join ' ' $path)",
    ...Object.entries(words).map(([path, list]) =>
      `    case '${path}'\n      printf '%s\\n' ${list.join(" ")}`
    ),
    "  end",
    "end",
    "complete -c lifeboat -a '(__lifeboat_words)'",
    "",
  ].join("\n");
}

function powershellScript(words: Words): string {
  return [
    "# Completion of lifeboat in PowerShell.",
    "$__lifeboatWords = @{",
    ...Object.entries(words).map(([path, list]) => `  '${path}' = '${list.join(" ")}'`),
    "}",
    "Register-ArgumentCompleter -Native -CommandName lifeboat -ScriptBlock {",
    "  param($word, $line, $position)",
    "  $path = ''",
    "  foreach ($element in $line.CommandElements | Select-Object -Skip 1) {",
    '    $longer = "$path $element".Trim()',
    "    if ($__lifeboatWords.ContainsKey($longer)) { $path = $longer }",
    "  }",
    "  $__lifeboatWords[$path] -split ' ' | Where-Object { $_ -like \"$word*\" } |",
    "    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }",
    "}",
    "",
  ].join("\n");
}
