/** `$(NAME)` in text replaced as the kubelet does it: `$$` is a literal `$`, an unknown or unclosed reference stays as it is. */
export function expand(text: string, find: (name: string) => string | undefined): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, second: string, name: string | undefined) => {
    if (second === "$") return "$";
    return find(name ?? "") ?? whole;
  });
}
