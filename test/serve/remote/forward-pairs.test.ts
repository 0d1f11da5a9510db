import { duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import { ForwardPairs, parsePort } from "../../../src/serve/remote/forward-pairs.ts";
import { SpdySession } from "../../../src/serve/remote/spdy/session.ts";
import { until } from "../../support/until.ts";
import { describeFrames, Packer } from "./spdy/spdy-client.ts";

const headers = (streamtype: string, requestid?: string, port = "80") => ({
  streamtype,
  port,
  ...(requestid === undefined ? {} : { requestid }),
});

function pairs(forward: (port: number) => Promise<void> = async () => undefined) {
  const [client, server] = duplexPair();
  const forwarded: string[] = [];
  const own = new ForwardPairs(async (port, { id }) => {
    forwarded.push(`${port} by ${id}`);
    await forward(port);
  });
  new SpdySession(server, (stream, each) => own.add(stream, each));
  const said: Buffer[] = [];
  client.on("data", (piece: Buffer) => said.push(piece));
  const waitForFrames = async (line: string) => {
    const poll = () => {
      const lines = describeFrames(Buffer.concat(said));
      return [lines.includes(line), lines] as const;
    };
    return (await until(poll, { what: line, every: 5 }))[1];
  };
  return { client, forwarded, waitForFrames, packer: new Packer() };
}

test("two streams of one identifier are a connection, in whatever order they come", async () => {
  const { client, forwarded, waitForFrames, packer } = pairs();
  const opened = [headers("error", "0"), headers("error", "1", "81"), headers("data", "1", "81"), headers("data", "0")];
  client.write(Buffer.concat(opened.map((each, at) => packer.open(2 * at + 1, each))));
  await waitForFrames("data 1  end");
  expect(forwarded).toEqual(["81 by 5", "80 by 7"]);
});

test("without identifiers, two that follow each other", async () => {
  const { client, forwarded, waitForFrames, packer } = pairs();
  const opened = [headers("error"), headers("data"), headers("error"), headers("data")];
  client.write(Buffer.concat(opened.map((each, at) => packer.open(2 * at + 1, each))));
  await waitForFrames("data 5  end");
  expect(forwarded).toEqual(["80 by 3", "80 by 7"]);
});

test("what goes wrong is said on the one, and the other one is reset", async () => {
  const { client, waitForFrames, packer } = pairs(async () => {
    throw new Error("no listener");
  });
  client.write(Buffer.concat([packer.open(1, headers("error", "0")), packer.open(3, headers("data", "0"))]));
  const lines = await waitForFrames("reset 3 5");
  expect(lines.slice(2)).toEqual(["data 1 no listener", "data 1  end", "reset 3 5"]);
});

describe("refuses", () => {
  test.each([
    ["a stream of another type", headers("stdin", "0")],
    ["one of no type", { port: "80", requestid: "0" }],
    ["one without a port", { streamtype: "data", requestid: "0" }],
    ["port 0", headers("data", "0", "0")],
    ["port 65536", headers("data", "0", "65536")],
    ["a port that is none", headers("data", "0", "http")],
  ])("%s", async (_, each) => {
    const { client, waitForFrames, packer } = pairs();
    client.write(packer.open(1, each as Record<string, string>));
    expect(await waitForFrames("reset 1 3")).toEqual(["reset 1 3"]);
  });

  test("a second stream of the same type, and says so", async () => {
    const { client, waitForFrames, packer } = pairs();
    client.write(Buffer.concat([packer.open(1, headers("error", "0")), packer.open(3, headers("error", "0"))]));
    const lines = await waitForFrames("reset 3 3");
    expect(lines).toContain("reply 1");
    await waitForFrames("data 1 error processing stream for request 0: error stream already assigned");
  });
});

test.each([
  ["1", 1],
  ["65535", 65_535],
  ["0", undefined],
  ["-1", undefined],
  ["1e3", undefined],
  [" 80", undefined],
  ["", undefined],
])("parsePort(%j)", (text, port) => {
  expect(parsePort(text)).toBe(port);
});
