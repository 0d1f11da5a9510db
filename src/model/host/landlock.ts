/** The first Landlock ABI that keeps processes from inspecting others in the way of container-run (Linux 5.19). */
const INSPECTION_ABI = 2;
/** The first ABI with scopes for signals and abstract Unix sockets (Linux 6.12). */
const SCOPES_ABI = 6;

/** True when container-run can fence processes on a kernel with this ABI; 0 is a kernel without Landlock. */
export function canFence(abi: number): boolean {
  return abi >= INSPECTION_ABI;
}

/** Returns the words for what the fence of a kernel with this ABI does. */
export function describeFence(abi: number): string {
  if (!canFence(abi))
    return "the kernel has no Landlock, or the host no perl: processes on the host's files are not fenced from others";
  const inspection = `Landlock ABI ${abi}: processes on the host's files cannot inspect others`;
  if (abi >= SCOPES_ABI) return `${inspection}, signal them or connect to their abstract Unix sockets`;
  return `${inspection}. They can signal them and connect to their abstract Unix sockets: Linux 6.12 forbids that too`;
}
