import type { Container, Pod } from "../../../src/model/api/pod.ts";
import type { HostUnit } from "../../../src/model/unit.ts";
import { pod } from "../base.ts";

export const NGINX: HostUnit = {
  id: "nginx.service",
  state: { load: "loaded", active: "active", sub: "running", job: "" },
  type: "forking",
  slice: "system.slice",
};

/** A pod that adopts nginx.service, with these fields of its container. */
export function adopting(change: Partial<Container> = {}, metadata: Partial<Pod["metadata"]> = {}): Pod {
  return pod({ containers: [{ name: "app", image: "unit://nginx.service", ...change }] }, metadata);
}

/** What a run knows of a host with this unit. */
export const hostWith = (change: Partial<HostUnit> = {}) => ({
  hostUnits: new Map([["nginx.service", { ...NGINX, ...change }]]),
});
