/** The requests of a node, as the tables name them. */
export const KINDS = [
  "GET list of pods",
  "GET watch of pods",
  "PATCH lease",
  "GET Node",
  "PATCH status of the Node",
  "PATCH status of a pod",
  "POST or PATCH Event",
  "another",
] as const;
export type Kind = (typeof KINDS)[number];

const RULES: readonly (readonly [method: RegExp, path: RegExp, kind: Kind])[] = [
  [/^GET$/, /^\/api\/v1\/pods\?.*watch=/, "GET watch of pods"],
  [/^GET$/, /^\/api\/v1\/pods\?/, "GET list of pods"],
  [/^PATCH$/, /\/leases\/[^/]+$/, "PATCH lease"],
  [/^GET$/, /^\/api\/v1\/nodes\/[^/]+$/, "GET Node"],
  [/^PATCH$/, /^\/api\/v1\/nodes\/[^/]+\/status$/, "PATCH status of the Node"],
  [/^PATCH$/, /\/pods\/[^/]+\/status$/, "PATCH status of a pod"],
  [/^(POST|PATCH)$/, /\/events(\/[^/]+)?$/, "POST or PATCH Event"],
];

export function kindOf({ method, path }: { readonly method: string; readonly path: string }): Kind {
  return RULES.find(([of, pattern]) => of.test(method) && pattern.test(path))?.[2] ?? "another";
}
