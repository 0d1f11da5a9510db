import { expect, test } from "vitest";
import { parsePodTraffic } from "../../../src/io/host/pod-traffic.ts";

const HEADINGS = [
  "Inter-|   Receive                                                |  Transmit",
  " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
];

const row = (name: string, first: number) =>
  `  ${name}: ${Array.from({ length: 16 }, (_, at) => first + at).join(" ")}`;

test("each pod has the interfaces of its own table, without the loopback", () => {
  const one = ["pod a", ...HEADINGS, row("lo", 0), row("eth0", 100)];
  const other = ["pod b", ...HEADINGS, row("eth0", 200)];
  const traffic = (bytes: number) => ({ bytes, packets: bytes + 1, errors: bytes + 2, dropped: bytes + 3 });
  expect(parsePodTraffic([...one, ...other])).toEqual(
    new Map([
      ["a", [{ name: "eth0", received: traffic(100), transmitted: traffic(108) }]],
      ["b", [{ name: "eth0", received: traffic(200), transmitted: traffic(208) }]],
    ]),
  );
});
