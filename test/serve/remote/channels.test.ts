import { once } from "node:events";
import { duplexPair } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { Channels, type ContentEncoding } from "../../../src/serve/remote/channels.ts";
import { until } from "../../support/until.ts";
import { binary, describeFrames, frame } from "./websocket/websocket-client.ts";

const RAW = { isBase64: false, canClose: false };

function open(coding: ContentEncoding = RAW) {
  const [client, server] = duplexPair();
  const channels = new Channels(server, coding, [0, 1, 2]);
  const said: Buffer[] = [];
  client.on("data", (piece: Buffer) => said.push(piece));
  const waitForFrames = async (count: number) => {
    const poll = () => {
      const frames = describeFrames(Buffer.concat(said));
      return [frames.length >= count && frames, frames] as const;
    };
    return (await until(poll, { what: `${count} frames`, every: 5 }))[1];
  };
  return { client, channels, waitForFrames };
}

const NORMAL = "\x03\xe8";
const BAD = "\x03\xea";

test("each message goes to its channel, also in fragments; others are thrown away", async () => {
  const { client, channels } = open();
  const read = [0, 1].map((number) => channels.stream(number));
  const chunks: string[] = [];
  read.forEach((stream, at) => {
    stream.on("data", (piece: Buffer) => chunks.push(`${at}${piece}`));
  });
  client.write(
    Buffer.concat([
      binary(0, "zero"),
      binary(9, "nobody"),
      binary(1, "one"),
      frame(2, Buffer.from([0]), { isFinal: false }),
      frame(0, "in "),
      binary(),
      binary(1),
      binary(255, 0),
      binary(0, "last"),
    ]),
  );
  await until(() => [chunks.length === 4, chunks], { what: "four pieces", every: 5 });
  expect(chunks).toEqual(["0zero", "1one", "0in ", "0last"]);
});

test("255 ends a channel, where the protocol has that", async () => {
  const { client, channels } = open({ isBase64: false, canClose: true });
  client.write(Buffer.concat([binary(0, "all"), binary(255, 0), binary(0, "too late")]));
  expect(String(await buffer(channels.stream(0)))).toBe("all");
});

test("what is written goes out with the number of its channel", async () => {
  const { channels, waitForFrames } = open();
  channels.stream(1).write("out");
  channels.stream(2).write("err");
  channels.send(1, Buffer.alloc(0), false, () => undefined);
  expect(await waitForFrames(3)).toEqual([
    [2, "\x01out"],
    [2, "\x02err"],
    [2, "\x01"],
  ]);
});

describe("base64", () => {
  const BASE64 = { isBase64: true, canClose: false };

  test("both ways, as text, however it is cut", async () => {
    const { client, channels, waitForFrames } = open(BASE64);
    const text = frame(1, `0${Buffer.from("some bytes").toString("base64")}`);
    for (const byte of text) client.write(Buffer.from([byte]));
    let all = "";
    channels.stream(0).on("data", (piece: Buffer) => {
      all += piece;
    });
    await until(() => [all === "some bytes", all], { what: "all of it", every: 5 });
    channels.stream(1).write("out");
    expect(await waitForFrames(1)).toEqual([[1, `1${Buffer.from("out").toString("base64")}`]]);
  });

  test.each(["0#", "0Zg", "0Zg==Zg=="])("%s is none", async (text) => {
    const { client, channels, waitForFrames } = open(BASE64);
    client.write(frame(1, text));
    expect(await waitForFrames(1)).toEqual([[8, BAD]]);
    if (!channels.gone.aborted) await once(channels.gone, "abort");
  });
});

test("a ping is answered with what it said", async () => {
  const { client, waitForFrames } = open();
  client.write(frame(9, "there?"));
  expect(await waitForFrames(1)).toEqual([[10, "there?"]]);
});

test("the client's goodbye is answered, and ends all streams", async () => {
  const { client, channels, waitForFrames } = open();
  client.write(frame(8, Buffer.from([3, 0xe8])));
  expect(await waitForFrames(1)).toEqual([[8, NORMAL]]);
  if (!channels.gone.aborted) await once(channels.gone, "abort");
  expect(channels.stream(0).destroyed).toBe(true);
});

test("ours is the last that it waitForFrames, after all that was written, and waits for the client's", async () => {
  const { client, channels, waitForFrames } = open();
  channels.stream(1).write("last words");
  const closed = channels.close();
  expect(await waitForFrames(2)).toEqual([
    [2, "\x01last words"],
    [8, NORMAL],
  ]);
  client.write(Buffer.concat([binary(0, "ignored"), frame(8, Buffer.from([3, 0xe8]))]));
  await closed;
  expect(channels.gone.aborted).toBe(true);
});

test("nonsense is said to be so, and ends all", async () => {
  const { client, channels, waitForFrames } = open();
  client.write(Buffer.from([0x82, 1, 0]));
  expect(await waitForFrames(1)).toEqual([[8, BAD]]);
  if (!channels.gone.aborted) await once(channels.gone, "abort");
});

test("output that the client does not take is not read without end", async () => {
  const { client, channels } = open();
  const message = binary(0, "x".repeat(60_000));
  let sent = 0;
  const pour = () => {
    if (sent === 1000) return;
    sent += 1;
    if (client.write(Buffer.from(message))) pour();
  };
  client.on("drain", pour);
  pour();
  const standstill = async () => {
    const before = sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return [before === sent, before] as const;
  };
  await until(standstill, { what: "a client that has to wait" });
  expect(sent).toBeLessThan(100);
  channels.stream(0).resume();
  await until(() => [sent === 1000, sent], { what: "all of it taken" });
});
