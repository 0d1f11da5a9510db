/** The steps of systemd between fork and execve(), by exit status (systemd.exec(5), "Process Exit Codes"). */
const STEPS: readonly string[] = (
  "CHDIR NICE FDS EXEC MEMORY LIMITS OOM_ADJUST SIGNAL_MASK STDIN STDOUT CHROOT IOPRIO TIMERSLACK SECUREBITS SETSCHEDULER CPUAFFINITY " +
  "GROUP USER CAPABILITIES CGROUP SETSID CONFIRM STDERR - PAM NETWORK NAMESPACE NO_NEW_PRIVILEGES SECCOMP SELINUX_CONTEXT PERSONALITY " +
  "APPARMOR ADDRESS_FAMILIES RUNTIME_DIRECTORY - CHOWN SMACK_PROCESS_LABEL KEYRING STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY " +
  "CONFIGURATION_DIRECTORY NUMA_POLICY CREDENTIALS - BPF"
).split(" ");

const FIRST = 200;

/** Returns an exit status as systemctl prints it, such as "226/NAMESPACE"; any other text stays. */
export function execStatus(status: string): string {
  const step = /^2\d\d$/.test(status) ? STEPS[Number(status) - FIRST] : undefined;
  return step === undefined || step === "-" ? status : `${status}/${step}`;
}
