/** Host uids for instances, each held by at most one instance at a time. A freed one is reused as late as possible. */
export class HostUids {
  readonly #free: number[];

  constructor(range: { readonly first: number; readonly count: number }) {
    this.#free = Array.from({ length: range.count }, (_, index) => range.first + index);
  }

  /** Throws when every uid is taken. */
  take(): number {
    const uid = this.#free.shift();
    if (uid === undefined) throw new Error('Every host uid of the configured range belongs to a running instance.');
    return uid;
  }

  give(uid: number): void {
    this.#free.push(uid);
  }
}

/** Whether this process may become any of these uids: it is root, and its user namespace maps them all. */
export function mayUse(range: { readonly first: number; readonly count: number }, uid: number, uidMap: string): boolean {
  if (uid !== 0) return false;
  return uidMap
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([inside = 0, , length = 0]) => inside <= range.first && range.first + range.count <= inside + length);
}
