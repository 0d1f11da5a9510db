import { isFalse } from "./directives.ts";

const words = (text: string) => text.trim().split(/\s+/);

/** What every container on the host's files has, and what concerns systemd alone. */
const ALWAYS = new Set(
  words(`
  PrivateTmp PrivateDevices ProtectSystem ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups
  ProtectClock ProtectHostname PrivateMounts ReadOnlyPaths ReadOnlyDirectories CPUAccounting MemoryAccounting TasksAccounting
  IOAccounting BlockIOAccounting IPAccounting GuessMainPID PIDFile NonBlocking RuntimeDirectoryPreserve SendSIGKILL
  MountAPIVFS DevicePolicy SyslogLevelPrefix RemoveIPC`),
);

const GROUPS: readonly (readonly [because: string, keys: string])[] = [
  [
    "Kubernetes has no field for it",
    `UMask Nice OOMPolicy OOMScoreAdjust CPUWeight CPUShares StartupCPUWeight CPUSchedulingPolicy CPUSchedulingPriority
    CPUSchedulingResetOnFork CPUAffinity NUMAPolicy NUMAMask IOSchedulingClass IOSchedulingPriority IOWeight AllowedCPUs
    TasksMax MemoryHigh MemoryMin MemoryLow MemorySwapMax MemoryZSwapMax LimitCPU LimitFSIZE LimitDATA LimitRSS LimitAS
    LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME Delegate Slice KeyringMode TimerSlackNSec
    Personality CoredumpFilter CPUQuotaPeriodSec ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMPreference
    DisableControllers PAMName UtmpIdentifier UtmpMode SecureBits`,
  ],
  [
    "no field restricts the container like this: it has the rest of its confinement",
    `SystemCallFilter SystemCallErrorNumber SystemCallArchitectures SystemCallLog RestrictAddressFamilies RestrictNamespaces
    LockPersonality MemoryDenyWriteExecute RestrictRealtime RestrictFileSystems ProtectHome ProtectProc ProcSubset PrivateUsers
    InaccessiblePaths InaccessibleDirectories ExecPaths NoExecPaths NoExecPath PrivatePIDs SocketBindAllow SocketBindDeny
    RestrictNetworkInterfaces RestrictSUIDSGID`,
  ],
  ["a NetworkPolicy restricts the network of a pod", "IPAddressAllow IPAddressDeny"],
  ["a device needs privileged: true, and a hostPath volume on an image", "DeviceAllow BindsToDevice"],
  ["an AppArmor profile is securityContext.appArmorProfile", "AppArmorProfile SELinuxContext SmackProcessLabel"],
  [
    "the output of a container is in the journal, for kubectl logs",
    "StandardOutput StandardError TTYPath LogNamespace",
  ],
  [
    "the output of a container is in the journal, for kubectl logs",
    `SyslogIdentifier SyslogFacility SyslogLevel LogLevelMax LogExtraFields LogRateLimitIntervalSec LogRateLimitBurst`,
  ],
  ["a start has no time limit. A startupProbe can have one", "TimeoutStartSec TimeoutStartFailureMode JobTimeoutSec"],
  ["a run has no time limit, but activeDeadlineSeconds for the whole pod", "RuntimeMaxSec RuntimeRandomizedExtraSec"],
  ["the stop signal goes to the main process, and SIGKILL to what is left", "KillMode SendSIGHUP FinalKillSignal"],
  ["a stop is a stop, whatever its reason", "RestartKillSignal WatchdogSignal TimeoutAbortSec TimeoutStopFailureMode"],
  [
    "restarts do not end, and have a back-off",
    "StartLimitInterval StartLimitBurst StartLimitIntervalSec StartLimitAction",
  ],
  ["restarts have the back-off of pods", "RestartSteps RestartMaxDelaySec RestartMode"],
  ["an exit code other than 0 is a failure", "SuccessExitStatus"],
  ["use kubectl exec, or the annotation unitlet.dev/reload for a changed ConfigMap", "ExecReload ReloadSignal"],
  ["no hook runs after the end of a container", "ExecStopPost"],
  ["an init container that fails is tried again", "ExecCondition"],
  ["use a Secret or ConfigMap volume", "LoadCredential LoadCredentialEncrypted SetCredential SetCredentialEncrypted"],
  ["use a Secret or ConfigMap volume", "ImportCredential OpenFile"],
  ["name the variables in env", "PassEnvironment UnsetEnvironment"],
  ["SIGPIPE ends the program of a container", "IgnoreSIGPIPE"],
  [
    "a container reads its input from kubectl attach, with stdin: true",
    "StandardInput StandardInputText TTYReset TTYVHangup",
  ],
  [
    "use an image for files of its own",
    "RootDirectory RootImage RootImageOptions ExtensionImages MountImages MountFlags",
  ],
  ["it needs the annotation unitlet.dev/notify", "NotifyAccess WatchdogSec FileDescriptorStoreMax"],
  ["use the annotation unitlet.dev/listen", "Sockets"],
  ["a pod ends when its program has ended", "RemainAfterExit"],
  [
    "a pod has no other units, and starts when the node does. The program must wait for what it needs",
    `After Before Requires Requisite Wants BindsTo PartOf Upholds Conflicts PropagatesReloadTo ReloadPropagatedFrom
    PropagatesStopTo StopPropagatedFrom JoinsNamespaceOf RequiresMountsFor WantsMountsFor RequiredBy WantedBy UpheldBy
    DefaultDependencies IgnoreOnIsolate StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate CollectMode`,
  ],
  [
    "a pod does not fail with a host or another unit",
    "FailureAction SuccessAction OnFailure OnSuccess OnFailureJobMode",
  ],
  ["an extra name is a Service, and metadata.name the name", "Alias Also DefaultInstance"],
];

const UNKNOWN = "unitlet import does not know what it is in a pod";

const REASONS = new Map(GROUPS.flatMap(([because, keys]) => words(keys).map((key) => [key, because] as const)));

/** Where pods start anyway, and what only describes. */
const SILENT: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    WantedBy: /^(multi-user|default|graphical)\.target$/,
    Documentation: /./,
    IgnoreSIGPIPE: /^(no|false|0)$/,
    StandardInput: /^null$/,
    StandardOutput: /^(journal|inherit)$/,
    StandardError: /^(journal|inherit)$/,
    KillMode: /^mixed$/,
    OOMPolicy: /^kill$/,
    MemorySwapMax: /^0$/,
    Conflicts: /^shutdown\.target$/,
    SourcePath: /./,
  }),
);

/**
 * Returns why a directive is not in the pod; undefined: a container has its effect anyway. `otherwise` is said of those
 * that the table does not have.
 */
export function reasonFor(key: string, value: string, otherwise = UNKNOWN): string | undefined {
  if (key.startsWith("X-") || SILENT.get(key)?.test(value)) return undefined;
  if (ALWAYS.has(key)) return isFalse(value) ? "a container has it always" : undefined;
  if (/^(Condition|Assert)/.test(key)) return "a pod starts under all conditions of the host";
  return REASONS.get(key) ?? otherwise;
}
