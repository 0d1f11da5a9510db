import { once } from "node:events";
import { type Duplex, duplexPair } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Channels } from "../../../src/serve/remote/channels.ts";
import { ForwardPairs } from "../../../src/serve/remote/forward-pairs.ts";
import { SpdySession } from "../../../src/serve/remote/spdy/session.ts";
import { WebSocketTunnel } from "../../../src/serve/remote/websocket/tunnel.ts";
import { control, data, number, Packer } from "./spdy/spdy-client.ts";
import { frame } from "./websocket/websocket-client.ts";

/** As forAll(), for what takes its time. */
async function always<T>(values: fc.Arbitrary<T>, claim: (value: T) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(values, claim), { numRuns: Number(process.env.FUZZ_RUNS ?? 300) / 2 });
}

/** What a client could do that knows the protocol, and does not mean to keep to it. */
type Move =
  | { readonly kind: "open"; readonly id: number; readonly type: string; readonly request: number }
  | { readonly kind: "data"; readonly id: number; readonly bytes: Uint8Array; readonly isLast: boolean }
  | { readonly kind: "control"; readonly type: number; readonly id: number; readonly rest: Uint8Array }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

const id = fc.nat(12);
const moves = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("open" as const),
      id,
      type: fc.constantFrom("data", "error", "x"),
      request: fc.nat(2),
    }),
    fc.record({ kind: fc.constant("data" as const), id, bytes: fc.uint8Array({ maxLength: 9 }), isLast: fc.boolean() }),
    fc.record({
      kind: fc.constant("control" as const),
      type: fc.constantFrom(2, 3, 4, 6, 8, 9, 99),
      id,
      rest: fc.uint8Array({ maxLength: 9 }),
    }),
    fc.record({ kind: fc.constant("bytes" as const), bytes: fc.uint8Array({ maxLength: 9 }) }),
  ),
  { maxLength: 20 },
);

function written(moves_: readonly Move[]): Buffer[] {
  const packer = new Packer();
  return moves_.map((move) => {
    if (move.kind === "open") {
      const headers = { streamtype: move.type, port: "1", requestid: String(move.request) };
      return packer.open(2 * move.id + 1, headers);
    }
    if (move.kind === "data") return data(2 * move.id + 1, Buffer.from(move.bytes), move.isLast);
    if (move.kind === "control") return control(move.type, Buffer.concat([number(2 * move.id + 1), move.rest]));
    return Buffer.from(move.bytes);
  });
}

/** Some connections are served, some are refused, some break. */
function serve(transport: Duplex): SpdySession {
  let count = 0;
  const pairs = new ForwardPairs(async (_, stream) => {
    count += 1;
    if (count % 3 === 0) throw new Error("no listener");
    if (count % 3 === 1) stream.destroy();
    else stream.pipe(stream);
  });
  const session = new SpdySession(transport, (stream, headers) => pairs.add(stream, headers));
  session.gone.addEventListener("abort", () => pairs.close());
  return session;
}

async function gone({ gone: signal }: { readonly gone: AbortSignal }): Promise<boolean> {
  if (!signal.aborted) await once(signal, "abort");
  return signal.aborted;
}

describe("whatever a client does, its connection ends when it goes", { timeout: 180_000 }, () => {
  test("SPDY", async () => {
    await always(moves, async (each) => {
      const [client, server] = duplexPair();
      client.on("error", () => undefined).resume();
      const session = serve(server);
      for (const bytes of written(each)) client.write(bytes);
      client.end();
      expect(await gone(session)).toBe(true);
    });
  });

  test("SPDY in a WebSocket", async () => {
    await always(moves, async (each) => {
      const [client, server] = duplexPair();
      client.on("error", () => undefined).resume();
      const session = serve(new WebSocketTunnel(server));
      for (const bytes of written(each)) client.write(frame(2, bytes));
      client.end();
      expect(await gone(session)).toBe(true);
    });
  });

  test("channels in a WebSocket", async () => {
    const opcode = fc.constantFrom(0, 1, 2, 2, 2, 2, 8, 9, 10, 15);
    const messages = fc.array(fc.tuple(opcode, fc.uint8Array({ maxLength: 9 }), fc.boolean()), { maxLength: 20 });
    await always(messages, async (each) => {
      for (const isBase64 of [false, true]) {
        const [client, server] = duplexPair();
        client.on("error", () => undefined).resume();
        const channels = new Channels(server, { isBase64, canClose: true }, [0, 1, 2]);
        channels.stream(0).pipe(channels.stream(1));
        for (const [kind, bytes, isFinal] of each) client.write(frame(kind, bytes, { isFinal }));
        client.end();
        expect(await gone(channels)).toBe(true);
      }
    });
  });
});
