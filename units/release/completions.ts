import type { Command, Verb } from "./command-help.ts";

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
  return [...rest, "--help"].filter(isFirst).join(" ");
}

function verbNames(verbs: readonly Verb[]): string {
  return [...verbs.map(({ name }) => name), "--help"].join(" ");
}

function isFirst(word: string, at: number, words: readonly string[]): boolean {
  return words.indexOf(word) === at;
}

function namesOf(commands: readonly Command[]): string {
  return commands.map(({ name }) => name).join(" ");
}

/** The kinds of objects are those of the command that lists them in its help. */
function kindWords(commands: readonly Command[]): string {
  return commands.flatMap(({ kinds = [] }) => kinds).join(" ");
}

function namesWith(commands: readonly Command[], target: Command["target"]): readonly string[] {
  return commands.filter((each) => each.target === target).map(({ name }) => name);
}

/** Names of objects are asked for in the namespace of -n. Only root gets an answer. */
function bashCompletion(commands: readonly Command[]): string {
  const cases = commands.map(
    (command) => `    ${command.name}) ${bashVerbs(command) ?? `words="${wordsAfter(command, commands)}"`} ;;`,
  );
  return `_unitlet_names() {
  local at namespace=default
  for ((at = 2; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in -n | --namespace) namespace=\${COMP_WORDS[at + 1]} ;; esac
  done
  unitlet get "$1" -n "$namespace" -o name 2>/dev/null | sed 's,.*/,,'
}
_unitlet() {
  local words
  if [ "$COMP_CWORD" = 1 ]; then
    words="${namesOf(commands)} --help --version"
  else
    case \${COMP_WORDS[1]} in
${cases.join("\n")}
    esac
    case \${COMP_WORDS[1]}:\${COMP_WORDS[COMP_CWORD]} in
      *:-*) ;;
${bashNames(commands)}    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _unitlet unitlet
`;
}

/** The words of a command that has commands of its own: these, and then the options of one. */
function bashVerbs({ verbs }: Command): string | undefined {
  if (verbs === undefined) return undefined;
  const cases = verbs.map(({ name, options }) => `${name}) words="${options.join(" ")}" ;;`);
  return `if [ "$COMP_CWORD" = 2 ]; then words="${verbNames(verbs)}"; else case \${COMP_WORDS[2]} in ${cases.join(" ")} esac; fi`;
}

function bashNames(commands: readonly Command[]): string {
  const pods = namesWith(commands, "pod").map((name) => `      ${name}:*) words="$words $(_unitlet_names pods)" ;;\n`);
  const kinds = namesWith(commands, "kind").map(
    (name) => `      ${name}:*)
        if [ "$COMP_CWORD" = 2 ]; then words="$words ${kindWords(commands)}"; else words="$words $(_unitlet_names "\${COMP_WORDS[2]}")"; fi ;;
`,
  );
  return [...pods, ...kinds].join("");
}

function zshCompletion(commands: readonly Command[]): string {
  const cases = commands.map(
    (command) => `  ${command.name}) ${zshVerbs(command) ?? `compadd -- ${wordsAfter(command, commands)}`} ;;`,
  );
  return `#compdef unitlet
_unitlet_names() {
  local namespace=\${words[\${words[(i)-n]}+1]:-default}
  compadd -- \${(f)"$(unitlet get $1 -n $namespace -o name 2>/dev/null | sed 's,.*/,,')"}
}
if ((CURRENT == 2)); then
  compadd -- ${namesOf(commands)} --help --version
  return
fi
case \${words[2]} in
${cases.join("\n")}
esac
${zshNames(commands)}_files
`;
}

function zshVerbs({ verbs }: Command): string | undefined {
  if (verbs === undefined) return undefined;
  const cases = withOptions(verbs).map(({ name, options }) => `${name}) compadd -- ${options.join(" ")} ;;`);
  return `if ((CURRENT == 3)); then compadd -- ${verbNames(verbs)}; else case \${words[3]} in ${cases.join(" ")} *) ;; esac; fi`;
}

function withOptions(verbs: readonly Verb[]): readonly Verb[] {
  return verbs.filter(({ options }) => options.length > 0);
}

function zshNames(commands: readonly Command[]): string {
  const pods = namesWith(commands, "pod");
  const kinds = namesWith(commands, "kind");
  const cases = [
    ...(pods.length > 0 ? [`  ${pods.join("|")}) _unitlet_names pods ;;`] : []),
    ...(kinds.length > 0
      ? [
          `  ${kinds.join("|")}) if ((CURRENT == 3)); then compadd -- ${kindWords(commands)}; else _unitlet_names \${words[3]}; fi ;;`,
        ]
      : []),
  ];
  return cases.length === 0 ? "" : `case \${words[2]} in\n${cases.join("\n")}\nesac\n`;
}

function fishCompletion(commands: readonly Command[]): string {
  const first = `complete -c unitlet -n __fish_use_subcommand -f -a "${namesOf(commands)} --help --version"`;
  const rest = commands.flatMap(
    (command) => fishVerbs(command) ?? [`${fishAfter([command.name])} -a "${wordsAfter(command, commands)}"`],
  );
  return `${[first, ...rest, ...fishNames(commands)].join("\n")}\n`;
}

/** The second word decides: a later one may be a word that is a command too, as in "images import". */
function fishAfter(names: readonly string[], more = ""): string {
  return `complete -c unitlet -n "contains -- (commandline -opc)[2] ${names.join(" ")}${more}"`;
}

function fishVerbs({ name, verbs }: Command): readonly string[] | undefined {
  if (verbs === undefined) return undefined;
  const first = `${fishAfter([name], "; and test (count (commandline -opc)) -eq 2")} -f -a "${verbNames(verbs)}"`;
  const rest = withOptions(verbs).map(
    (verb) =>
      `${fishAfter([name], `; and contains -- (commandline -opc)[3] ${verb.name}`)} -a "${verb.options.join(" ")}"`,
  );
  return [first, ...rest];
}

function fishNames(commands: readonly Command[]): readonly string[] {
  const [pods, kinds] = [namesWith(commands, "pod"), namesWith(commands, "kind")];
  const names = (kind: string) => `(unitlet get ${kind} -o name 2>/dev/null | string replace -r '.*/' '')`;
  const after = (verbs: readonly string[], more = "") => `${fishAfter(verbs, more)} -f -a`;
  const count = "; and test (count (commandline -opc))";
  return [
    ...(pods.length > 0 ? [`${after(pods)} "${names("pods")}"`] : []),
    ...(kinds.length > 0
      ? [
          `${after(kinds, `${count} -eq 2`)} "${kindWords(commands)}"`,
          `${after(kinds, `${count} -gt 2`)} "${names("(commandline -opc)[3]")}"`,
        ]
      : []),
  ];
}
