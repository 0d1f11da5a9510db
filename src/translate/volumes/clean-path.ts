/** Returns the path absolute and without "." and "..", as runtimes read it. systemd rejects other paths. */
export function cleanPath(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}

/** Replaces /var/run by /run, to which it is a link on the host: systemd mounts at what a link leads to. */
export function resolveVarRun(path: string): string {
  return path.replace(/^\/var\/run(?=\/|$)/, "/run");
}
