import { expect, test } from "vitest";
import type { SecurityContext } from "../../../src/model/api/security-context.ts";
import { containerConfinement } from "../../../src/translate/security/confinement.ts";
import { enterRights, enterUser } from "../../../src/translate/security/enter-file.ts";
import { CONFIG, container, HOST, pod, resolved } from "../base.ts";

function text(securityContext: SecurityContext): string {
  const own = resolved(pod({ containers: [container({ securityContext })] }));
  const confinement = containerConfinement(own, { config: CONFIG, host: HOST }, []);
  return enterRights("app", confinement, HOST.confinementProbe).text;
}

test.for<[string, SecurityContext, string]>([
  ["a privileged container has every right", { privileged: true }, "setpriv\n"],
  [
    "user, groups and capabilities are those of the unit",
    { runAsUser: 7, runAsGroup: 8, capabilities: { drop: ["ALL"], add: ["CHOWN"] } },
    "landlock\nsetpriv --reuid=7 --regid=8 --clear-groups --bounding-set=-all,+chown --inh-caps=-all\n",
  ],
  [
    "what may trace others has no fence",
    { capabilities: { drop: ["ALL"], add: ["SYS_PTRACE"] } },
    "setpriv --bounding-set=-all,+sys_ptrace --inh-caps=-all\n",
  ],
])("%s", ([, securityContext, expected]) => {
  expect(text(securityContext)).toBe(expected);
});

test("the user that systemd makes is named, and its groups are those of the process", () => {
  expect(enterUser("app", "tiny", 91)).toEqual({
    name: "app.enter",
    text: "setpriv --reuid=tiny --regid=91\ngroups process\n",
    uid: 0,
  });
});
