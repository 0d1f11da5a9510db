/** What a container does with a directive of a package's unit. A unit with any other directive is rejected. */
export type DirectivePolicy = "kept" | "read" | "pod";

const words = (text: string) => text.trim().split(/\s+/);

/** kept: copied into the container's unit. */
const KEPT = words(`
  Environment EnvironmentFile PassEnvironment UnsetEnvironment UMask Nice IOSchedulingClass IOSchedulingPriority
  CPUSchedulingPolicy CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy NUMAMask Personality
  TimerSlackNSec CoredumpFilter KeyringMode LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS
  LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME
  TasksMax MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax CPUWeight CPUQuota CPUShares IOWeight AllowedCPUs
  ProtectSystem ProtectHome PrivateDevices PrivateNetwork PrivateMounts ProtectHostname ProtectClock
  ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups RestrictAddressFamilies
  LockPersonality MemoryDenyWriteExecute RestrictRealtime RestrictSUIDSGID RestrictFileSystems
  SystemCallFilter SystemCallErrorNumber SystemCallArchitectures SystemCallLog ProtectProc ProcSubset
  ReadOnlyPaths ReadOnlyDirectories ExecPaths NoExecPaths DeviceAllow SELinuxContext IPAddressAllow
  IPAddressDeny SocketBindAllow SocketBindDeny`);

/** read: translated into a property of the container. */
const READ = words(`
  Type ExecStart ExecStartPre ExecStartPost ExecStop ExecStopPost User Group SupplementaryGroups WorkingDirectory KillSignal
  RuntimeDirectory RuntimeDirectoryMode StateDirectory StateDirectoryMode CacheDirectory CacheDirectoryMode
  LogsDirectory LogsDirectoryMode ConfigurationDirectory ConfigurationDirectoryMode CapabilityBoundingSet
  AmbientCapabilities NotifyAccess WatchdogSec DynamicUser NoNewPrivileges RestrictNamespaces AppArmorProfile
  InaccessiblePaths InaccessibleDirectories ReadWritePaths ReadWriteDirectories BindPaths BindReadOnlyPaths TemporaryFileSystem RemainAfterExit BusName`);

/**
 * pod: ignored, because the pod's fields decide it (restarts, timeouts), or every container has it alike (logs, slice).
 */
const POD = words(`
  PrivateUsers Restart RestartSec RestartSteps RestartMaxDelaySec RestartMode RestartPreventExitStatus RestartForceExitStatus
  SuccessExitStatus StartLimitInterval StartLimitBurst StartLimitIntervalSec TimeoutSec TimeoutStartSec TimeoutStopSec
  TimeoutAbortSec TimeoutStartFailureMode TimeoutStopFailureMode RuntimeMaxSec KillMode SendSIGKILL SendSIGHUP
  FinalKillSignal RestartKillSignal WatchdogSignal OOMPolicy OOMScoreAdjust ManagedOOMSwap ManagedOOMMemoryPressure
  ManagedOOMPreference Slice StandardOutput StandardError SyslogIdentifier SyslogFacility SyslogLevel SyslogLevelPrefix
  LogLevelMax LogExtraFields LogRateLimitIntervalSec LogRateLimitBurst LogNamespace ExecReload PIDFile GuessMainPID
  RuntimeDirectoryPreserve NonBlocking FileDescriptorStoreMax PrivateTmp PrivateIPC RemoveIPC Delegate DevicePolicy
  CPUAccounting MemoryAccounting TasksAccounting IOAccounting BlockIOAccounting IPAccounting UtmpIdentifier UtmpMode IgnoreSIGPIPE`);

export const DIRECTIVES: ReadonlyMap<string, DirectivePolicy> = new Map([
  ...KEPT.map((name) => [name, "kept"] as const),
  ...READ.map((name) => [name, "read"] as const),
  ...POD.map((name) => [name, "pod"] as const),
]);
