import { expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { ARGS, HELPER, on } from "./recorded-plugins.ts";

const CONFIGURATION =
  '{"cniVersion":"1.0.0","name":"unitlet","type":"one","ipam":{"ranges":[[{"subnet":"10.9.0.0/24"}],[{"subnet":"fd00:9::/64"}]]}}';
const CONNECT = `sh ${HELPER} u-1 add '${ARGS}' one '${CONFIGURATION}' >/dev/null 2>&1; rm /run/unitlet/pods/u-1/network`;
const RULES =
  "for each in iptables ip6tables; do for table in raw filter nat; do $each -S -t $table; done; done | grep unitlet";

test.skipIf(!canMount)(
  "all pods of the bridge have one rule for the loopback, and two for each IP family",
  async () => {
    const { out } = await on(`${CONNECT}; ${CONNECT}; ${RULES}`);
    const masquerade = '! -o unitlet0 -m comment --comment "unitlet: pods have the address of the host" -j MASQUERADE';
    const accept = '-A FORWARD -i unitlet0 -o unitlet0 -m comment --comment "unitlet: pods reach each other" -j ACCEPT';
    expect(out.split("\n")).toEqual([
      '-A PREROUTING -d 127.0.0.0/8 -i unitlet0 -m comment --comment "unitlet: pods do not reach the loopback of the host" -j DROP',
      accept,
      `-A POSTROUTING -s 10.9.0.0/24 ${masquerade}`,
      accept,
      `-A POSTROUTING -s fd00:9::/64 ${masquerade}`,
    ]);
  },
);

test.skipIf(!canMount)("rules that are there cost one listing of each IP family", async () => {
  const programs = "iptables ip6tables iptables-save ip6tables-save";
  const recorded =
    "for each in $programs; do printf '#!/bin/sh\\necho $0 >>/run/host\\nexec /usr/sbin/%s \"$@\"\\n' $each >/usr/local/sbin/$each; done; chmod 755 /usr/local/sbin/*";
  const { out } = await on(
    `${CONNECT}; programs='${programs}'; ${recorded}; rm /run/host; ${CONNECT}; sed 's|.*/||' /run/host | grep '^ip6*tables'`,
  );
  expect(out.split("\n")).toEqual(["iptables-save", "ip6tables-save"]);
});

test.skipIf(!canMount)("the bridge hands the packets of its pods to the translation of addresses", async () => {
  const { out } = await on(`${CONNECT}; sed 's|.*/||' /run/host | sort -u`);
  expect(out.split("\n").at(-1)).toBe("ip link set unitlet0 type bridge nf_call_iptables 1 nf_call_ip6tables 1");
});
