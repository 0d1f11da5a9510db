/**
 * Returns an RFC 3339 timestamp with nine digits, of which the journal has six (cri-client's `logs.go: timeFormatOut`,
 * v0.36).
 */
export function rfc3339Nano(microseconds: number): string {
  const seconds = new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19);
  return `${seconds}.${String(microseconds % 1_000_000).padStart(6, "0")}000Z`;
}
