import { randomBytes, randomInt } from "node:crypto";
import type { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { busybox, Registry } from "../support/registry.ts";
import { type TarEntry, tar } from "../support/tar.ts";
import { Account } from "./account.ts";
import type { Admin } from "./admin.ts";
import { names, Pods } from "./pods.ts";
import { say } from "./progress.ts";
import { type Summary, summarise } from "./statistics.ts";

export interface Images {
  /** ms from created to Running, of an image that is there. */
  readonly present: Summary;
  readonly pulls: readonly Pull[];
  /** Bytes on the disk: of the image's tree, and of all that so many containers have beside it. */
  readonly containers: { readonly count: number; readonly tree: number; readonly beside: number };
}

/** Times in s. */
export interface Pull {
  /** What the registry sends. */
  readonly megabytes: number;
  /** The tools by themselves, into an empty directory. */
  readonly copy: Measured;
  readonly unpack: Measured;
  readonly running: Measured;
  /** Of `running`: what the journal has of it. */
  readonly stages: Readonly<Record<Stage, Summary>>;
}

export interface Measured {
  readonly wall: Summary;
  /** Of the whole machine, the registry included. */
  readonly cpu: Summary;
}

export const STAGES = ["begin", "fetch", "unpack", "start"] as const;
type Stage = (typeof STAGES)[number];

interface Sizes {
  /** Of what is pulled, in MB, and how often. */
  readonly pulls: readonly number[];
  readonly times: number;
  /** How many starts of an image that is there. */
  readonly starts: number;
}

const CONFIG = { Cmd: ["sleep", "1000000"], Env: ["PATH=/bin"] };
const CONTAINERS = 20;

export async function measureImages(cluster: Cluster, admin: Admin, sizes: Sizes): Promise<Images> {
  say("images");
  await using node = await Node.join(cluster, "bench-images", { ownDisk: true, settings: { watch: "yes" } });
  const registry = await Registry.start(node.machine);
  const account = await Account.open(node.machine);
  using pods = await Pods.create(admin, node.namespace, node.name);
  const bench = { node, pods, account };
  const small = await registry.push("small:1", { layers: [await busybox()], config: CONFIG });
  const present = await measurePresent(bench, small, sizes.starts);
  const containers = await measureContainers(bench, small);
  const pulls: Pull[] = [];
  for (const megabytes of sizes.pulls) {
    say(`pulls of ${megabytes} MB`);
    const layers = [await busybox(), ...Array.from({ length: 4 }, () => () => layer(megabytes / 4))];
    const image = await registry.push(`large-${megabytes}:1`, { layers, config: CONFIG });
    pulls.push(await measurePull(bench, image, sizes.times));
    await node.exec("rm -rf /srv/layouts/* /srv/registry-5000/docker/registry/v2/blobs/sha256/*");
  }
  return { present, pulls, containers };
}

interface Bench {
  readonly node: Node;
  readonly pods: Pods;
  readonly account: Account;
}

const FILE = 32 << 10;
/** What of it is left when it is packed. */
const PACKED = 0.58;
const WORDS = Buffer.from("what programs are made of can be packed to a third of its size or so ");

/** Files of 32 KiB, half of each random, half words in any order: packed it is of about this size. */
function layer(megabytes: number): Buffer {
  const entries: TarEntry[] = Array.from({ length: Math.round((megabytes * 1e6) / PACKED / FILE) }, (_, at) => {
    const content = Buffer.concat([randomBytes(FILE / 2), words(FILE / 2)]);
    return { path: `data/${at % 64}/${randomInt(2 ** 32)}`, content };
  });
  return tar(entries);
}

function words(length: number): Buffer {
  const content = Buffer.alloc(length);
  for (let at = 0; at < length; at += 8) {
    const from = randomInt(WORDS.length - 8);
    WORDS.copy(content, at, from, from + 8);
  }
  return content;
}

async function measurePresent({ pods }: Bench, image: string, times: number): Promise<Summary> {
  await pods.create("first", { image });
  await pods.running("first");
  const took: number[] = [];
  for (const name of names("present", times)) {
    const created = await pods.create(name, { image });
    took.push((await pods.running(name)) - created);
    await pods.remove(name);
    await pods.gone(name);
  }
  return summarise(took);
}

async function measureContainers({ node, pods }: Bench, image: string): Promise<Images["containers"]> {
  const used = async (path: string) => Number.parseInt((await node.exec(`du -s --block-size=1 ${path}`)).stdout, 10);
  const before = await used("/var/lib/unitlet");
  const all = names("container", CONTAINERS);
  for (const name of all) await pods.create(name, { image });
  for (const name of all) await pods.running(name);
  const beside = (await used("/var/lib/unitlet")) - before;
  const tree = await used("/var/lib/unitlet/images/trees");
  for (const name of [...all, "first"]) await pods.remove(name);
  for (const name of [...all, "first"]) await pods.gone(name);
  return { count: CONTAINERS, tree, beside };
}

async function measurePull(bench: Bench, image: string, times: number): Promise<Pull> {
  const { node } = bench;
  const raw = "/var/lib/unitlet/raw";
  const rows: { copy: Once; unpack: Once; running: Once; stages: Record<Stage, number> }[] = [];
  let bytes = 0;
  for (let time = 0; time < times; time += 1) {
    await node.exec(`unitlet images prune && mkdir ${raw}`);
    const copy = await tool(bench, `skopeo copy --quiet docker://${image} oci:${raw}:image`);
    const unpack = await tool(bench, `umoci raw unpack --image ${raw}:image ${raw}/rootfs 2>/dev/null`);
    bytes = Number((await node.exec(`cat ${raw}/blobs/sha256/* | wc -c; rm -rf ${raw}`)).stdout);
    rows.push({ copy, unpack, ...(await pullOnce(bench, image, `pull-${image.replace(/\W/g, "-")}-${time}`)) });
  }
  const measured = (what: "copy" | "unpack" | "running") => ({
    wall: summarise(rows.map((row) => row[what].wall)),
    cpu: summarise(rows.map((row) => row[what].cpu)),
  });
  const stages = STAGES.map((stage) => [stage, summarise(rows.map((row) => row.stages[stage]))]);
  return {
    megabytes: bytes / 1e6,
    copy: measured("copy"),
    unpack: measured("unpack"),
    running: measured("running"),
    stages: Object.fromEntries(stages),
  };
}

/** Seconds. */
interface Once {
  readonly wall: number;
  readonly cpu: number;
}

async function tool({ node, account }: Bench, command: string): Promise<Once> {
  const before = account.total();
  const { stdout } = await node.machine.exec(`date +%s%N && ${command} && date +%s%N`, { timeout: 600_000 });
  const [startedAt = 0, ended = 0] = stdout.trim().split("\n").map(Number);
  return { wall: (ended - startedAt) / 1e9, cpu: (account.total() - before) / 1e3 };
}

async function pullOnce({ node, pods, account }: Bench, image: string, name: string) {
  await node.exec("unitlet images prune");
  const [before, from] = [account.total(), Date.now() / 1000];
  const created = await pods.create(name, { image });
  const wall = ((await pods.running(name)) - created) / 1000;
  const cpu = (account.total() - before) / 1e3;
  const { stdout } = await node.exec(
    `journalctl --quiet --output=short-unix --unit='unitlet-image*@*' --since=@${Math.floor(from)}`,
  );
  const at = (words: string) =>
    Number(
      stdout
        .split("\n")
        .findLast((line) => line.includes(words))
        ?.split(" ")[0],
    );
  const [fetching, unpacking, done] = [at(": fetching "), at(": unpacking"), at(" is sha256:")];
  const stages = {
    begin: fetching - from,
    fetch: unpacking - fetching,
    unpack: done - unpacking,
    start: from + wall - done,
  };
  await pods.remove(name);
  await pods.gone(name);
  return { running: { wall, cpu }, stages };
}
