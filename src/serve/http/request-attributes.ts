import type { Access } from "../../io/kube/reviews.ts";

/** What a request line asks for. */
export interface RequestTarget {
  /** Decoded, without empty ones at the ends. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

const MAX_URL_LENGTH = 8192;

/** Undefined for a path that could mean one thing to the authorizer and another to what serves it. */
export function parseTarget(url: string): RequestTarget | undefined {
  const [path = "", ...query] = url.split("?");
  if (url.length > MAX_URL_LENGTH || !path.startsWith("/")) return undefined;
  const segments = path.slice(1).replace(/\/$/, "").split("/").map(decode);
  if (segments.some((segment) => segment === undefined)) return undefined;
  return { segments: segments as string[], query: new URLSearchParams(query.join("?")) };
}

function decode(segment: string): string | undefined {
  try {
    const text = decodeURIComponent(segment);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
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

/** By the first part of the path: what must be allowed, any one of these. The kubelet's table; all else is "proxy". */
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

/** To run something is to create it: a WebSocket begins with a GET, and whoever may only read must not get in by that. */
const RUNS: ReadonlySet<string> = new Set(["exec", "attach", "run", "portForward"]);

/** Any one of these, allowed, lets the request in. */
export function requestAttributes(method: string, [first = ""]: readonly string[]): readonly Access[] {
  const verb = RUNS.has(first) ? "create" : (VERBS[method] ?? "");
  const subresources = Object.hasOwn(SUBRESOURCES, first) ? SUBRESOURCES[first] : undefined;
  return (subresources ?? ["proxy"]).map((subresource) => ({ verb, subresource }));
}
