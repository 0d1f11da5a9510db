import { once } from "node:events";
import { duplexPair } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { ChannelStream } from "../../../../src/serve/remote/channel-stream.ts";
import { SpdySession } from "../../../../src/serve/remote/spdy/session.ts";
import { until } from "../../../support/until.ts";
import { control, data, describeFrames, number, Packer } from "./spdy-client.ts";

/** A session, its streams in the order in which they were opened, and the client's end. */
function session(accept: (stream: ChannelStream) => boolean = () => true) {
  const [client, server] = duplexPair();
  const streams: ChannelStream[] = [];
  const own = new SpdySession(server, (stream) => {
    if (!accept(stream)) return false;
    streams.push(stream);
    return true;
  });
  const said: Buffer[] = [];
  client.on("data", (piece: Buffer) => said.push(piece));
  const waitForFrame = async (line: string) => {
    const poll = () => {
      const lines = describeFrames(Buffer.concat(said));
      return [lines.includes(line), lines] as const;
    };
    return (await until(poll, { what: line, every: 5 }))[1];
  };
  return { client, own, streams, waitForFrame, packer: new Packer() };
}

/** Until a client has to wait. */
async function standstill(count: () => number): Promise<void> {
  const poll = async () => {
    const before = count();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return [before === count(), before] as const;
  };
  await until(poll, { what: "a client that has to wait" });
}

test("a stream is answered before anything is sent on it, and each side ends by itself", async () => {
  const { client, streams, waitForFrame, packer } = session();
  client.write(packer.open(1, { streamtype: "data" }));
  await waitForFrame("reply 1");
  const [stream] = streams;
  stream?.end("from us");
  client.write(Buffer.concat([data(1, "from "), data(1, "them", true)]));
  expect(stream && String(await buffer(stream))).toBe("from them");
  expect(await waitForFrame("data 1  end")).toEqual(["reply 1", "data 1 from us", "data 1  end"]);
});

test("a ping is answered, the answer to one of ours is not", async () => {
  const { client, waitForFrame } = session();
  client.write(Buffer.concat([control(6, number(2)), control(6, number(9))]));
  expect(await waitForFrame("ping 9")).toEqual(["ping 9"]);
});

test("a stream that is reset is gone, and the others are not", async () => {
  const { client, streams, waitForFrame, packer } = session();
  client.write(Buffer.concat([packer.open(1, {}), packer.open(3, {})]));
  await waitForFrame("reply 3");
  client.write(control(3, Buffer.concat([number(1), number(5)])));
  const [first, second] = streams;
  if (first && !first.destroyed) await once(first, "close");
  second?.end("x");
  expect(await waitForFrame("data 3  end")).toEqual(["reply 1", "reply 3", "data 3 x", "data 3  end"]);
});

test("a stream without a reader is reset, and later data are discarded", async () => {
  const { client, streams, waitForFrame, packer } = session();
  client.write(Buffer.concat([packer.open(1, {}), packer.open(3, {})]));
  await waitForFrame("reply 3");
  streams[0]?.destroy();
  await waitForFrame("reset 1 5");
  for (let at = 0; at < 100; at += 1) client.write(data(1, Buffer.alloc(64 * 1024)));
  client.write(data(3, "through", true));
  expect(streams[1] && String(await buffer(streams[1]))).toBe("through");
});

test("a stream that is not wanted is refused", async () => {
  const { client, waitForFrame, packer } = session(({ id }) => id !== 3);
  client.write(Buffer.concat([packer.open(1, {}), packer.open(3, {}), packer.open(5, {})]));
  expect(await waitForFrame("reply 5")).toEqual(["reply 1", "reset 3 3", "reply 5"]);
});

test("at most a thousand streams at a time", async () => {
  const { client, streams, waitForFrame, packer } = session();
  for (let id = 1; id <= 2001; id += 2) client.write(packer.open(id, {}));
  await waitForFrame("reset 2001 3");
  streams[7]?.destroy();
  client.write(packer.open(2003, {}));
  await waitForFrame("reply 2003");
});

test("output that the client does not take is not read without end, and a stuck stream does not hold up the others at first", async () => {
  const { client, streams, waitForFrame, packer } = session();
  client.write(Buffer.concat([packer.open(1, {}), packer.open(3, {})]));
  await waitForFrame("reply 3");
  for (let at = 0; at < 8; at += 1) client.write(data(1, Buffer.alloc(64 * 1024)));
  client.write(data(3, "early", false));
  const [stuck, other] = streams;
  expect(String((await once(other ?? client, "data"))[0])).toBe("early");
  let taken = 0;
  const pour = () => {
    if (taken === 1000) return;
    taken += 1;
    if (client.write(data(1, Buffer.alloc(64 * 1024)))) pour();
  };
  client.on("drain", pour);
  pour();
  await standstill(() => taken);
  expect(taken).toBeLessThan(100);
  expect(stuck?.readableLength).toBeLessThan(2 << 20);
  stuck?.resume();
  await until(() => taken === 1000, { what: "all of it taken" });
});

test("a client that pings without listening is not read from without end", async () => {
  const [client, server] = duplexPair();
  new SpdySession(server, () => true);
  let sent = 0;
  const flood = () => {
    while (sent < 1_000_000 && client.write(control(6, number(1)))) sent += 1;
  };
  client.on("drain", flood);
  flood();
  await standstill(() => sent);
  expect(sent).toBeLessThan(50_000);
  client.destroy();
});

describe("ends, with all its streams,", () => {
  test.each([
    ["when the client goes", (client: { end: () => void }) => client.end()],
    ["when the client breaks off", (client: { destroy: () => void }) => client.destroy()],
    [
      "when the client says goodbye",
      (client: { write: (_: Buffer) => unknown }) => client.write(control(7, Buffer.alloc(8))),
    ],
    ["at nonsense", (client: { write: (_: Buffer) => unknown }) => client.write(Buffer.alloc(64, 0xff))],
    [
      "at data for a stream that was never opened",
      (client: { write: (_: Buffer) => unknown }) => client.write(data(9, "x")),
    ],
  ])("%s", async (_, leave) => {
    const { client, own, streams, waitForFrame, packer } = session();
    client.write(packer.open(1, {}));
    await waitForFrame("reply 1");
    leave(client);
    if (!own.gone.aborted) await once(own.gone, "abort");
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true]);
  });

  test.each([
    ["an even number", 2],
    ["a number that was there before", 1],
  ])("at a stream with %s, and says that this is an error", async (_, id) => {
    const { client, own, waitForFrame, packer } = session();
    client.write(Buffer.concat([packer.open(1, {}), packer.open(id, {})]));
    await waitForFrame("goAway 1 1");
    if (!own.gone.aborted) await once(own.gone, "abort");
  });
});

test("close() lets all out that was written, and reads on until the client has let go", async () => {
  const { client, own, streams, waitForFrame, packer } = session();
  client.write(packer.open(1, {}));
  await waitForFrame("reply 1");
  streams[0]?.end(Buffer.alloc(300_000, "x"));
  await once(streams[0] ?? client, "finish");
  const closed = own.close();
  const lines = await waitForFrame("goAway 1 0");
  expect(lines.slice(-3).map((line) => line.slice(0, 12))).toEqual(["data 1  end", "reset 1 5", "goAway 1 0"]);
  for (let at = 0; at < 50; at += 1) client.write(data(1, Buffer.alloc(64 * 1024)));
  client.end();
  await closed;
  expect(own.gone.aborted).toBe(true);
});
