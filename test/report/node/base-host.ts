import type { Config } from "../../../src/model/host/config.ts";
import type { Host } from "../../../src/model/host/host.ts";
import { CONFIG as ANY_CONFIG, HOST as ANY_HOST } from "../../translate/base.ts";

export const CONFIG: Config = { ...ANY_CONFIG, apiServerTimeout: 10_000 };

const { confinementProbe: _, ...LEVELS } = ANY_HOST;

export const HOST: Host = {
  ...LEVELS,
  memoryTotal: 8_138_752 * 1024,
  memoryAvailable: 6 * 1024 ** 3,
  diskTotal: 30_416_743 * 1024,
  diskAvailable: 20 * 1024 ** 3,
};
