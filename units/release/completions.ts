import type { Command } from "./command-help.ts";

/** Returns the completion of `unitlet` for each shell, by the path below /usr at which the shell looks for it. */
export function completions(commands: readonly Command[]): Readonly<Record<string, string>> {
  const zsh = zshCompletion(commands);
  return {
    "share/bash-completion/completions/unitlet": bashCompletion(commands),
    "share/zsh/vendor-completions/_unitlet": zsh,
    "share/zsh/site-functions/_unitlet": zsh,
    "share/fish/vendor_completions.d/unitlet.fish": fishCompletion(commands),
  };
}

/** The words after a command: its options, and the commands after "help". */
function wordsAfter({ name, options }: Command, commands: readonly Command[]): string {
  const rest = name === "help" ? commands.map((each) => each.name) : options;
  return [...rest, ...(name === "images" ? ["prune"] : []), "--help"].filter(isFirst).join(" ");
}

function isFirst(word: string, at: number, words: readonly string[]): boolean {
  return words.indexOf(word) === at;
}

function namesOf(commands: readonly Command[]): string {
  return commands.map(({ name }) => name).join(" ");
}

function bashCompletion(commands: readonly Command[]): string {
  const cases = commands.map((command) => `    ${command.name}) words="${wordsAfter(command, commands)}" ;;`);
  return `_unitlet() {
  local words
  if [ "$COMP_CWORD" = 1 ]; then
    words="${namesOf(commands)} --help --version"
  else
    case \${COMP_WORDS[1]} in
${cases.join("\n")}
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _unitlet unitlet
`;
}

function zshCompletion(commands: readonly Command[]): string {
  const cases = commands.map((command) => `  ${command.name}) compadd -- ${wordsAfter(command, commands)} ;;`);
  return `#compdef unitlet
if ((CURRENT == 2)); then
  compadd -- ${namesOf(commands)} --help --version
  return
fi
case \${words[2]} in
${cases.join("\n")}
esac
_files
`;
}

function fishCompletion(commands: readonly Command[]): string {
  const first = `complete -c unitlet -n __fish_use_subcommand -f -a "${namesOf(commands)} --help --version"`;
  const rest = commands.map(
    (command) =>
      `complete -c unitlet -n "__fish_seen_subcommand_from ${command.name}" -a "${wordsAfter(command, commands)}"`,
  );
  return `${[first, ...rest].join("\n")}\n`;
}
