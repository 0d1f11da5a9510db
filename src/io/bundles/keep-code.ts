import type { EventEmitter } from "node:events";

/** Lets the loader store what this process has compiled, because it has done what idle ones do not. See `loader.cjs`. */
export function keepCompiledCode(): void {
  (process as EventEmitter).emit("keep-code");
}
