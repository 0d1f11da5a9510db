import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectHelper } from "../../../src/io/api-helper.ts";
import { installedHelpers } from "../../support/installed-files.ts";

/** The real `api-helper`, for commands of this host: its container-enter executes the words as they are. */
export class LocalHelper implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), "unitlet-api-helper-"));

  constructor() {
    for (const { name, source } of installedHelpers("api", "container").filter(
      ({ name }) => name !== "container-enter",
    ))
      symlinkSync(source, join(this.directory, name));
    writeFileSync(join(this.directory, "container-enter"), '#!/bin/sh\nshift 3\nexec "$@"\n', { mode: 0o755 });
  }

  /** Starts a helper for each connection, as systemd does. */
  readonly connect: ConnectHelper = async () => {
    const child = spawn(
      "sh",
      ["-c", 'exec "$1" "$2" <&3 3<&-', "sh", join(this.directory, "api-helper"), this.directory],
      {
        stdio: ["ignore", "inherit", "inherit", "pipe"],
        cwd: "/",
      },
    );
    return (child.stdio[3] as Socket).on("error", () => undefined);
  };

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** Returns a connection to a server in this process, instead of a helper. */
export async function connectTo(serve: (socket: Socket) => void): Promise<ConnectHelper> {
  const directory = mkdtempSync(join(tmpdir(), "unitlet-api-helper-"));
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    serve(socket);
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(join(directory, "socket"), resolve));
  return async () => {
    const socket = createConnection({ path: join(directory, "socket"), allowHalfOpen: true });
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    rmSync(directory, { recursive: true });
    return socket.on("error", () => undefined);
  };
}
