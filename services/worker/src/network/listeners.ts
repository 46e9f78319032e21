import { readFileSync } from 'node:fs';

/** A TCP socket in state LISTEN. */
export interface Listener {
  /** "127.0.0.1", "0.0.0.0", "::1", "::" … */
  readonly address: string;
  readonly port: number;
}

const LISTEN = '0A';

/** What listens in the network namespace of a process, in the order the kernel lists it; empty when the process is gone. */
export function readListeners(pid: number): Listener[] {
  return ['tcp', 'tcp6'].flatMap((table) => {
    try {
      return parseListeners(readFileSync(`/proc/${pid}/net/${table}`, 'utf8'));
    } catch {
      return []; // Gone meanwhile, or a kernel without IPv6.
    }
  });
}

/** Reads a table such as /proc/net/tcp: `sl local_address rem_address st …`, addresses in hexadecimal words of the host's byte order. */
export function parseListeners(table: string): Listener[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN)
    .map((fields) => {
      const [address = '', port = ''] = (fields[1] ?? '').split(':');
      return { address: readAddress(address), port: Number.parseInt(port, 16) };
    });
}

/** Whether a connection to 127.0.0.1:`port` reaches this listener. */
export function accepts(listener: Listener, port: number): boolean {
  return listener.port === port && (listener.address === '127.0.0.1' || listener.address === '0.0.0.0');
}

export function formatListener({ address, port }: Listener): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function readAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  const v4 = (last: readonly number[]): string => last.join('.');
  if (bytes.length === 4) return v4(bytes);
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? v4(bytes.slice(12)) : shortenIpv6(bytes);
}

function shortenIpv6(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, index) => (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16));
  // The URL parser writes addresses the short, canonical way.
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
