import { expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { run } from "../support/run.ts";

/** Empty directories in place of the host's, and programs that count their calls and can kill the helper at one of them. */
const HOST = `for path in /usr/local /etc/systemd /run; do mount -t tmpfs -o mode=755 none $path; done
mkdir /run/bin
cat >/run/bin/counted <<'PROGRAM'
#!/bin/sh
calls=$(($(/bin/cat /run/calls) + 1))
echo $calls >/run/calls
[ $calls != "$KILL_AT" ] || kill -KILL 0
name=\${0##*/}
[ $name = systemctl ] || exec /bin/$name "$@"
echo "$*" >>/run/log
case "$*" in
*ActiveState*) echo inactive ;;
*ExecMainStatus*) echo $STATUS ;;
*Result*) [ $STATUS = 0 ] && echo success || echo exit-code ;;
"start unitlet-sync.service") [ $NO_UNIT = no ] || exit 5; [ $NO_LEASE = yes ] || : >/run/unitlet/lease ;;
enable*) : >$wants/$3 ;;
esac
PROGRAM
chmod 755 /run/bin/counted
for name in systemctl mv rm cp sync; do ln -s counted /run/bin/$name; done
export PATH=/run/bin:$PATH STATUS=0 KILL_AT=0 NO_LEASE=no NO_UNIT=no wants=/etc/systemd/system/multi-user.target.wants
programs=/usr/local/lib/unitlet versions=/usr/local/lib/unitlet.versions units=/usr/local/lib/systemd/system`;

/** prepare: two whole versions, as unitlet upgrade leaves them. state: the installed one. */
const FUNCTIONS = `version() {
  mkdir -p $1 $2; echo $4 >$1/name; echo $4 >$2/unitlet-sync.timer; printf '%s\\n' $4 '[Install]' >$2/unitlet-$4.service; echo $4 >$3
}
prepare() {
  rm -rf /usr/local/* /run/unitlet $wants; mkdir -p /usr/local/bin /run/unitlet $versions $wants; : >$wants/unitlet-old.service
  version $programs $units /usr/local/bin/unitlet old
  version $versions/new/lib $versions/new/units $versions/new/command new
  mkdir $versions/old; cp -r $units $versions/old/units; cp /usr/local/bin/unitlet $versions/old/command
  echo old >$versions/old/version; echo new >$versions/new/version; : >$versions/new/lib/.trial
  cp units/helpers/container/system-calls.pl units/helpers/agent/switch-version $versions
  : >/run/unitlet/lease; : >/run/unitlet/unchanged; : >/run/log; echo 0 >/run/calls
}
switch() { setsid --wait sh $versions/switch-version $1; }
state() { echo $(cat $programs/name /usr/local/bin/unitlet $units/*) $(ls -A $programs $units | sort) $(ls $wants); }
# Whether ticks repeat a repair that was killed.
ticks() { [ "$(grep -E '^(start|restart|stop) (.* )?unitlet-sync.timer' /run/log | tail -n 1 | cut -c -4)" != stop ]; }
`;

const OLD =
  "old old old [Install] old /usr/local/lib/systemd/system: /usr/local/lib/unitlet: name unitlet-old.service unitlet-sync.timer unitlet-old.service";
const NEW = OLD.replaceAll("old", "new");

async function inEmptyHost(script: string): Promise<string> {
  const all = `${HOST}\n${FUNCTIONS}\n${script}`;
  const { stdout } = await run(["unshare", "--mount", "--propagation", "private", "sh", "-c", all], {
    timeout: 120_000,
  });
  return stdout;
}

test.skipIf(!canMount)("a version whose run succeeds stays, and the one before is kept", async () => {
  const stdout = await inEmptyHost(`prepare; switch try && switch end; state
    ls -A $versions; cat $versions/before/lib/name $versions/before/units/* $versions/before/command $versions/result
    ls /run/unitlet; grep -c 'stop unitlet-sync.timer' /run/log; grep ^restart /run/log`);
  expect(stdout).toBe(`<5>upgraded from old to new
${NEW}
before
result
sockets
switch-version
system-calls.pl
old
old
[Install]
old
old
upgraded from old to new
lease
1
restart unitlet-sync.timer
restart unitlet-sync.path
restart unitlet-images.path
restart unitlet-auto-update.timer
`);
});

test.skipIf(!canMount).each([
  ["fails", "STATUS=70", "its first run has failed with exit status 70: journalctl -u unitlet-sync shows why"],
  [
    "renews no lease",
    "NO_LEASE=yes",
    "its first run has not renewed the lease of the node: journalctl -u unitlet-sync shows why",
  ],
  // systemd says of such a unit that its result is "success".
  [
    "is no unit of systemd",
    "NO_UNIT=yes",
    "its first run has failed with exit status 0: journalctl -u unitlet-sync shows why",
  ],
])("a version whose run %s is taken back", async (_, spoil, because) => {
  const stdout =
    await inEmptyHost(`prepare; export ${spoil}; switch try; echo $?; export STATUS=0 NO_UNIT=no; switch end; state
    ls -A $versions; grep -c ^restart /run/log`);
  expect(stdout).toBe(`1
<3>new was tried, and old is back: ${because}
${OLD}
reason
result
sockets
switch-version
system-calls.pl
4
`);
});

test.skipIf(!canMount)("nothing is done where nothing is prepared", async () => {
  const stdout = await inEmptyHost(
    "prepare; rm $versions/new/lib/.trial; switch try; echo $?; switch end; state; cat /run/log",
  );
  expect(stdout).toBe(`1\n${OLD}\n`);
});

test.skipIf(!canMount)(
  "an upgrade that is killed at any call, and its repair too, leaves one whole version",
  async () => {
    const stdout = await inEmptyHost(`timer() {
      grep -q 'stop unitlet-sync.timer' /run/log || { echo untouched; return; }
      ticks && grep -q '^restart unitlet-auto-update.timer' /run/log && echo started || echo stopped
    }
    at=0
    while :; do
      at=$((at + 1)); prepare; export KILL_AT=$at; switch try >/dev/null 2>&1; code=$?
      echo 0 >/run/calls; export KILL_AT=$((at % 17 + 3)); switch end >/dev/null 2>&1
      # Its second call starts the timer.
      ticks || echo "no tick repeats the repair after call $at"
      export KILL_AT=0; switch end >/dev/null 2>&1 || echo "the repair after call $at has failed"
      echo "$code $(ls $versions/pending 2>/dev/null) $(state) $(timer)"
      [ $code != 0 ] || break
    done`);
    const lines = stdout.trim().split("\n");
    expect(lines.pop()).toBe(`0  ${NEW} started`);
    expect(lines.length).toBeGreaterThan(15);
    expect(new Set(lines)).toEqual(new Set([`137  ${OLD} untouched`, `137  ${OLD} started`, `137  ${NEW} started`]));
  },
  120_000,
);
