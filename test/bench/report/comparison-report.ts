import type { Results } from "../results.ts";
import { number, range } from "../statistics.ts";
import { table } from "./table.ts";

/** unitlet and the kubelet, side by side. */
export function comparison({ comparison: measured }: Results): string {
  if (measured === undefined) return "";
  const row = (what: string, { unitlet, kubelet }: { readonly unitlet: number; readonly kubelet: number }) => [
    what,
    number(unitlet),
    number(kubelet),
    number(kubelet / unitlet),
  ];
  const networkOf = (network: string) => (network === "own" ? "with networks of their own" : "on the host's network");
  const starts = measured.latency.map(({ network, running, gone }) => [
    [`${networkOf(network)}, from creation to Running`, range(running.unitlet), range(running.kubelet)],
    [`deleted → gone, ${networkOf(network)}`, range(gone.unitlet), range(gone.kubelet)],
  ]);
  const bursts = measured.bursts.flatMap(({ network, count, unitlet, kubelet }) => [
    row(`${count} at once, ${networkOf(network)}: s until Running`, {
      unitlet: unitlet.running,
      kubelet: kubelet.running,
    }),
    row(`… deleted: s until gone`, { unitlet: unitlet.gone, kubelet: kubelet.gone }),
    row(`… CPU ms a pod, from creation to its end`, { unitlet: unitlet.cpu, kubelet: kubelet.cpu }),
  ]);
  const head = ["", "unitlet", "kubelet", "kubelet ÷ unitlet"];
  return [
    table("Beside the kubelet: CPU ms of the whole machine", [
      head,
      ...measured.minutes.map(({ pods, ...sides }) => row(`a minute of ${pods} pods`, sides)),
      ...measured.probes.map(({ pods, kind, ...sides }) =>
        row(`… and what ${pods} probes add (${kind}, every 10 s)`, sides),
      ),
      ...measured.scrapes.map(({ pods, path, ...sides }) => row(`one ${path} with ${pods} pods`, sides)),
    ]),
    table("Beside the kubelet: ms, median (min–max)", [["", "unitlet", "kubelet"], ...starts.flat()]),
    table("Beside the kubelet: many pods", [head, ...bursts]),
  ].join("\n");
}
