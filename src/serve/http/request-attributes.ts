import type { Access } from "../../io/kube/reviews.ts";

/** The target of a request line. */
export interface RequestTarget {
  /** The decoded parts of the path, without empty ones at the ends. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** Returns the target of a URL; undefined for a path that the authorizer and the endpoint could interpret differently. */
export function parseTarget(url: string): RequestTarget | undefined {
  const [path = "", ...query] = url.split("?");
  if (!path.startsWith("/")) return undefined;
  const segments = path.slice(1).replace(/\/$/, "").split("/").map(decode);
  if (segments.some((segment) => segment === undefined)) return undefined;
  return { segments: segments as string[], query: new URLSearchParams(query.join("?")) };
}

function decode(segment: string): string | undefined {
  try {
    const text = decodeURIComponent(segment);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are rejected
    return text === "." || text === ".." || /[/\\\u0000-\u001f\u007f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const VERBS: Readonly<Record<string, string>> = {
  GET: "get",
  HEAD: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/**
 * The subresources of which one must be allowed, by the first part of the path (`server/auth.go: GetRequestAttributes`,
 * v1.36). The default is "proxy".
 */
const SUBRESOURCES: Readonly<Record<string, readonly string[]>> = {
  pods: ["pods", "proxy"],
  runningpods: ["pods", "proxy"],
  healthz: ["healthz", "proxy"],
  configz: ["configz", "proxy"],
  statusz: ["statusz", "proxy"],
  stats: ["stats"],
  metrics: ["metrics"],
  logs: ["log"],
  checkpoint: ["checkpoint"],
};

/** The endpoints with the verb "create". A WebSocket begins with a GET, and the right to "get" must not allow commands. */
const RUNS: ReadonlySet<string> = new Set(["exec", "attach", "run", "portForward"]);

/** Returns the accesses of which one must be allowed. */
export function requestAttributes(method: string, [first = ""]: readonly string[]): readonly Access[] {
  const verb = RUNS.has(first) ? "create" : (VERBS[method] ?? "");
  const subresources = Object.hasOwn(SUBRESOURCES, first) ? SUBRESOURCES[first] : undefined;
  return (subresources ?? ["proxy"]).map((subresource) => ({ verb, subresource }));
}
