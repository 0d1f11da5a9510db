import type { Container } from "../model/pod.ts";
import { exportLine } from "../unitfile/launch.ts";
import { UnquotableError } from "../unitfile/quote.ts";
import { expand } from "./expand.ts";
import type { User } from "./security.ts";

export type Environment =
  | {
      readonly ok: true;
      readonly variables: ReadonlyMap<string, string>;
      /** Those that the pod gives: only these are expanded in command and args, as the kubelet does it. */
      readonly declared: ReadonlyMap<string, string>;
      readonly text: string;
    }
  | { readonly ok: false; readonly message: string };

/** What container runtimes give a program whose image says nothing. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The container's environment, later entries winning, with `$(VAR)` expanded by what came before. */
export function containerEnvironment(container: Container, path: string, hostname: string, user: User): Environment {
  const home = (user.uid ?? 0) === 0 ? "/root" : "/";
  const declared = new Map<string, string>();
  for (const { name, value } of container.env ?? []) declared.set(name, expand(value ?? "", declared));
  const variables = new Map([["PATH", PATH], ["HOME", home], ["HOSTNAME", hostname], ...declared]);
  let text = "";
  for (const [name, value] of variables) {
    try {
      text += exportLine(name, value);
    } catch (error) {
      if (!(error instanceof UnquotableError)) throw error;
      return {
        ok: false,
        message: `${path}.env[${name}] ${error.message}; rename or encode it`,
      };
    }
  }
  return { ok: true, variables, declared, text };
}
