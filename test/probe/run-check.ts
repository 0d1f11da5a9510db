import type { AddressInfo } from "node:net";
import type { Check } from "../../src/model/api/probe.ts";
import type { UnitName } from "../../src/model/unit.ts";
import { runCheck } from "../../src/probe/check.ts";

export const HOST = "127.0.0.1";

/** What a check finds within so many seconds. */
export const probe = (check: Check, timeout = 60) =>
  runCheck(
    { check, initialDelay: 0, period: 1, timeout, successThreshold: 1, failureThreshold: 1 },
    { unit: "u.service" as UnitName, address: HOST },
    "/no/such",
  );

export const portOf = (server: { address(): AddressInfo | string | null }) => (server.address() as AddressInfo).port;
