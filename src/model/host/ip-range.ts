/** True for an address or a range of IPv6. */
export function isSix(range: string): boolean {
  return range.includes(":");
}

/** True when two ranges of one IP family have an address in common. A text without a prefix length is one address. */
export function overlap(one: string, other: string): boolean {
  if (isSix(one) !== isSix(other)) return false;
  const [a, b] = [bitsOf(one), bitsOf(other)];
  return b !== "" && a !== "" && (a.startsWith(b) || b.startsWith(a));
}

/** Returns the bits of a range's prefix as text. */
function bitsOf(range: string): string {
  const [address = "", length] = range.split("/");
  const parts = isSix(range)
    ? groupsOf(address).map((group) => [Number.parseInt(group, 16), 16] as const)
    : address.split(".").map((part) => [Number(part), 8] as const);
  const bits = parts.map(([value, width]) => value.toString(2).padStart(width, "0")).join("");
  return bits.slice(0, length === undefined ? bits.length : Number(length));
}

function groupsOf(address: string): readonly string[] {
  const [head = "", tail] = address.split("::");
  const before = head.split(":").filter(Boolean);
  if (tail === undefined) return before;
  const after = tail.split(":").filter(Boolean);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after];
}
