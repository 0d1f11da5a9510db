import type { CoreV1Event } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

const UNITS = "/etc/systemd/system";
const BELLS = "unitlet-sync.timer unitlet-sync.path";
const QUICK = { "unitlet.dev/back-off": "1s 1s" };

let node: Node;
/** One unit of each kind, in each state that it may be in, with the pod that it belongs to. */
let units: readonly { readonly unit: string; readonly of: string }[];

beforeAll(async () => {
  const images = await ImageNode.start("drift-units", { timerInterval: "1s" });
  ({ node } = images);
  const image = await images.pushBusybox();
  const annotated = (made: object, annotations: object) => ({
    ...made,
    metadata: { ...(made as { metadata: object }).metadata, annotations },
  });
  const never = { restartPolicy: "Never" };
  await node.run(
    annotated(
      pod(node, "image", {
        image,
        readinessProbe: { exec: { command: ["true"] }, periodSeconds: 17, timeoutSeconds: 15 },
      }),
      QUICK,
    ),
    annotated(pod(node, "host", SLEEP), QUICK),
    annotated(pod(node, "crash", shell("exit 1")), { "unitlet.dev/back-off": "5s 5s" }),
    pod(
      node,
      "ended",
      [SLEEP, { ...shell("exit 0"), name: "over" }].map((each, at) => ({ name: `c${at}`, ...each })),
      never,
    ),
    annotated(pod(node, "served", SLEEP), { ...QUICK, "unitlet.dev/listen": "127.0.0.1:8088" }),
    pod(node, "share", { ...SLEEP, volumeMounts: [{ name: "v", mountPath: "/run/v" }] }, NFS),
  );
  for (const name of ["image", "host", "served"]) await node.container(name, ({ ready }) => ready);
  await node.container("ended", ({ state }) => state?.terminated, "over");
  await node.container("crash", ({ restartCount }) => restartCount > 0);
  const uid = async (name: string) => (await node.get(name))?.metadata?.uid ?? "";
  const share = (
    await node.exec(`systemd-escape --path --suffix=mount /run/unitlet/pods/${await uid("share")}/volumes/v`)
  ).stdout;
  units = [
    { of: "image", unit: node.unit("image") },
    { of: "image", unit: `unitlet-sandbox.${node.namespace}.image.pod.service` },
    { of: "image", unit: await node.show("image", "Slice") },
    { of: "host", unit: node.unit("host") },
    { of: "crash", unit: node.unit("crash") },
    { of: "ended", unit: node.unit("ended", "over") },
    { of: "served", unit: node.unit("served") },
    { of: "served", unit: `unitlet-socket.${node.namespace}.served.main.socket` },
    { of: "share", unit: share.trim() },
  ];
});

afterAll(() => node[Symbol.asyncDispose]());

test.each([
  ["masked", "ln -s /dev/null $unit"],
  ["masked until the next boot", "ln -s /dev/null /run/systemd/system/$unit"],
  ["overridden", "mkdir $unit.d; printf '[Unit]\\nConditionPathExists=/none\\n' >$unit.d/a.conf"],
])("the output pipe of a container and the timer of its probes that were %s are put right", async (_, script) => {
  const names = [`unitlet-log@${(await node.get("image"))?.metadata?.uid}.main.socket`, "unitlet-probe@17.timer"];
  await node.exec(
    `cd ${UNITS}; for unit in ${names.join(" ")}; do ${script}; done; systemctl daemon-reload; systemctl show ${names.join(" ")} >/dev/null`,
  );
  const left = `find /etc/systemd /run/systemd/system -name 'unitlet-log@*' -o -name 'unitlet-probe@*'`;
  const loaded = `systemctl show -P LoadState -P DropInPaths -P ActiveState ${names.join(" ")}`;
  const poll = async () => {
    const { stdout } = await node.exec(`${left}; ${loaded}`);
    return [stdout === "loaded\nactive\n\n\nloaded\nactive\n\n", stdout];
  };
  await node.machine.until(poll, { what: "the units of the agent's own templates" });
  await node.machine.until(async () => (await node.journal()).includes(`/${names[0]}`), { what: "a line about it" });
  const { containerID } = await node.container("image", ({ ready }) => ready);
  await node.exec(["systemctl", "kill", "--signal=KILL", "--kill-whom=main", node.unit("image")]);
  await node.container("image", (status) => status.ready && status.containerID !== containerID);
});

/** No server answers, so the mount fails and is repeated. */
const NFS = { volumes: [{ name: "v", nfs: { server: "127.0.0.1", path: "/none" } }] };

const inSection = (text: string) =>
  `case $unit in *.service) section=Service ;; *.socket) section=Socket ;; *.mount) section=Mount ;; *) section=Unit ;; esac; ${text}`;

/** Shell scripts in the directory of units, with the name of one as $unit, and what is told then. */
const damages: readonly (readonly [what: string, script: string, told: RegExp])[] = [
  ["removed", "rm $unit", /was deleted or masked on the host; written again/],
  ["emptied", ": >$unit", /was deleted or masked on the host; written again/],
  ["masked", "systemctl mask --force $unit 2>/dev/null || ln -sf /dev/null $unit", /was deleted or masked/],
  ["edited", "echo '[Unit]\nDescription=other' >>$unit", /was edited on the host; put back/],
  [
    "overridden by a package",
    "mkdir -p /usr/lib/systemd/system/$unit.d; printf '[Unit]\nDescription=other\n' >/usr/lib/systemd/system/$unit.d/a.conf",
    /was overridden on the host \(\/usr\/lib\/systemd\/system\/.*a\.conf\); removed these files/,
  ],
  [
    "moved to another slice",
    inSection(
      "mkdir $unit.d; [ $section = Unit ] && printf '[Unit]\nDescription=other\n' >$unit.d/a.conf || printf '[%s]\nSlice=system.slice\n' $section >$unit.d/a.conf",
    ),
    /was overridden on the host \(.*a\.conf\); removed these files/,
  ],
  [
    "made dependent on what is not there",
    "mkdir $unit.requires; ln -s ../no-such.service $unit.requires/no-such.service",
    /was overridden on the host \(.*no-such\.service\); removed these files/,
  ],
  [
    "replaced by a stronger file",
    "mkdir -p ../system.control; ln -s /dev/null ../system.control/$unit",
    /was overridden on the host \(\/etc\/systemd\/system\.control\/.*\); removed these files/,
  ],
];

const PROPERTIES = "LoadState,FragmentPath,DropInPaths,NeedDaemonReload,Slice,Description";

/** All that there is of the units on disk and in systemd, without what changes by itself. */
async function seen(): Promise<string> {
  const names = units.map(({ unit }) => `'${unit}'`).join(" ");
  const { stdout } = await node.exec(
    `cd ${UNITS}; for unit in ${names}; do find /run/systemd/system* /etc/systemd /usr/lib/systemd/system -name "$unit*" | sort; cat "$unit"; systemctl show -p ${PROPERTIES} "$unit"; done`,
  );
  return stdout;
}

async function warnings(of: string): Promise<string[]> {
  const selector = `--field-selector=involvedObject.name=${of},reason=Drift`;
  const { items } = JSON.parse(await node.kubectl("get", "events", selector, "-o", "json")) as { items: CoreV1Event[] };
  return items.map(({ message }) => message ?? "");
}

test.each(damages)(
  "every unit of a pod that was %s is put right after a reload, and starts again",
  async (_, script, told) => {
    await node.exec(`systemctl stop ${BELLS}`);
    await node.sync();
    const before = await seen();
    const names = units.map(({ unit }) => `'${unit}'`).join(" ");
    await node.kubectl("delete", "events", "--all");
    // systemctl show makes systemd load a unit whose file is there again.
    await node.exec(
      `cd ${UNITS}; for unit in ${names}; do ${script}; done; systemctl daemon-reload; systemctl show ${names} >/dev/null; systemctl start ${BELLS}`,
    );
    await node.machine.until(async () => [(await seen()) === before, await seen()], { what: "all units as they were" });
    for (const { unit, of } of units) {
      const poll = async () => {
        const messages = await warnings(of);
        return [messages.some((text) => text.includes(unit) && told.test(text)), messages];
      };
      await node.machine.until(poll, { what: `an Event about ${unit}` });
    }
    for (const name of ["image", "host", "served"]) {
      const { containerID } = await node.container(name, ({ ready }) => ready);
      await node.exec(["systemctl", "kill", "--signal=KILL", "--kill-whom=main", node.unit(name)]);
      await node.container(name, (status) => status.ready && status.containerID !== containerID);
    }
    const count = (await node.container("crash", () => true)).restartCount;
    await node.container("crash", ({ restartCount }) => restartCount > count);
    const over = await node.container("ended", () => true, "over");
    expect(over).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 0 } } });
  },
  300_000,
);
