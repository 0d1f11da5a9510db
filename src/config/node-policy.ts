import type { AllowedHostPath, NodePolicy } from "../model/host/node-policy.ts";
import { unitNameProblem } from "../model/image/unit-reference.ts";
import { SettingError } from "./setting-error.ts";

/** A namespace's name (RFC 1123 label). */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The name of a user or a group as useradd(8) accepts it, or a number. */
const ACCOUNT = /^([A-Za-z_][A-Za-z0-9_.-]{0,31}|\d{1,10})$/;

/** The defaults of a standalone node: its administrator writes the manifests of its pods. */
export const STANDALONE_DEFAULTS = {
  hostFiles: "all",
  hostAccounts: "any",
  adoptUnits: "any",
  packages: "signed",
} as const;

/** The defaults of a node that has joined a cluster: tenants of the cluster create its pods. */
export const JOINED_DEFAULTS = { hostFiles: [], hostAccounts: [], adoptUnits: [], packages: "off" } as const;

/** Returns the namespaces of `all`, `none` or `NAMESPACE,…`. Throws SettingError. */
export function parseHostFiles(text: string): NodePolicy["hostFiles"] {
  const expected = "expected all, none or namespaces, such as shop,web";
  return text === "all" ? text : items(text, expected, (item) => (NAMESPACE.test(item) ? item : undefined));
}

/** Returns the accounts of `any`, `none` or `NAME,…`. Throws SettingError. */
export function parseHostAccounts(text: string): NodePolicy["hostAccounts"] {
  const expected = "expected none, any or names of users and groups, such as postgres,www-data";
  return text === "any" ? text : items(text, expected, (item) => (ACCOUNT.test(item) ? item : undefined));
}

/** Returns the entries of `any`, `none` or `NAMESPACE:UNIT,…`. Throws SettingError. */
export function parseAdoptUnits(text: string): NodePolicy["adoptUnits"] {
  if (text === "any") return text;
  const expected =
    "expected none, any or namespaces with services, such as default:nginx.service,web:redis-server.service";
  return items(text, expected, (item) => {
    const [namespace = "", unit = ""] = item.split(/:(.*)/);
    const because = unitNameProblem(unit);
    if (NAMESPACE.test(namespace) && unit.endsWith(".service") && because !== undefined)
      throw new SettingError(`${unit} cannot be adopted: ${because}`);
    return NAMESPACE.test(namespace) && because === undefined ? item : undefined;
  });
}

/** Returns the paths of `any`, `none` or `PREFIX[:ro],…`. Throws SettingError. */
export function parseHostPaths(text: string): NodePolicy["hostPaths"] {
  const expected = "expected any, none or absolute paths, such as /srv/data,/var/log:ro";
  return text === "any" ? text : items(text, expected, parseHostPath);
}

function parseHostPath(text: string): AllowedHostPath | undefined {
  const path = text.replace(/:ro$/, "");
  const names = path.split("/").filter((name) => name !== "");
  if (!path.startsWith("/") || names.some((name) => name === "." || name === "..")) return undefined;
  return { prefix: `/${names.join("/")}`, readOnly: path !== text };
}

function items<T>(text: string, expected: string, parse: (item: string) => T | undefined): readonly T[] {
  if (text === "none") return [];
  return text.split(",").map((item) => {
    const parsed = parse(item.trim());
    if (parsed === undefined || /^(all|any|none)$/.test(item.trim())) throw new SettingError(expected);
    return parsed;
  });
}
