import type { Container, PodSpec } from "../../../src/model/api/pod.ts";
import type { InstalledDeb, Packages } from "../../../src/model/image/deb.ts";
import { type Images, NO_IMAGES } from "../../../src/model/image/image.ts";
import { decodeUnit } from "../../../src/unitfile/codec.ts";
import { imageKey } from "../../../src/unitfile/image-names.ts";
import { CONFIG, container, pod, runnable } from "../base.ts";

const IMAGE = "deb://redis-server";
export const UNIT = `[Unit]
After=network.target

[Service]
Type=notify
ExecStart=/usr/bin/redis-server /etc/redis/redis.conf $OPTIONS
User=redis
Group=redis
RuntimeDirectory=redis
RuntimeDirectoryMode=2755
ReadWritePaths=-/var/lib/redis
LimitNOFILE=65535
CapabilityBoundingSet=
SystemCallFilter=@system-service
Restart=always
TimeoutStopSec=0
`;

const DEB: InstalledDeb = {
  ...{ package: "redis-server", version: "5:7.0.15-1", architecture: "amd64", checkedAt: 0, size: 1 },
  services: [{ name: "redis-server.service", texts: [UNIT] }],
  directories: ["/var/log/redis"],
};
const DEBS: Omit<Packages, "installed"> = {
  supported: true,
  passwd: "root:x:0:0::/root:/bin/sh\nredis:x:113:118::/var/lib/redis:/bin/sh\n",
  group: "root:x:0:\nredis:x:118:\nssl-cert:x:110:\nother:x:120:www,redis\n",
};

function translated(change: Partial<Container> = {}, texts: readonly string[] = [UNIT], spec: Partial<PodSpec> = {}) {
  const deb = { ...DEB, services: texts.length === 0 ? [] : [{ name: "redis-server.service", texts }] };
  const images: Images = {
    ...NO_IMAGES,
    debs: { ...DEBS, installed: new Map([[imageKey({ kind: "deb", name: IMAGE }), deb]]) },
  };
  const { command: _, ...plain } = container();
  const own = pod({ containers: [{ ...plain, image: IMAGE, ...change }], ...spec });
  return runnable(own, { config: { ...CONFIG, imagePulls: "allow" }, images });
}

export const service = (...given: Parameters<typeof translated>) =>
  decodeUnit(translated(...given).containers[0]?.unit?.text ?? "").Service ?? {};
export const waiting = (...given: Parameters<typeof translated>) =>
  translated(...given).containers[0]?.waiting?.message;
export const file = (...given: Parameters<typeof translated>) =>
  translated(...given).files.find(({ name }) => name === "app.env");
/** The text of the file with the words of a hook. */
export const hookCommand = (hook: string, ...given: Parameters<typeof translated>) =>
  translated(...given).files.find(({ name }) => name === `app.${hook}.command`)?.text;
export const changed = (from: string, to: string) => [UNIT.replace(from, to)];
