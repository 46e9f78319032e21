/** An IP address: 4 bytes of IPv4 or 16 of IPv6, in network order. */
export type AddressBytes = Uint8Array;

/** A range of addresses such as 10.0.0.0/8. */
export interface AddressRange {
  readonly bytes: AddressBytes;
  readonly prefixLength: number;
}

/** Reads "10.0.0.0/8", "2001:db8::/32", or one address. Throws an Error that says what is wrong. */
export function parseRange(text: string): AddressRange {
  const [address = '', length, ...rest] = text.trim().split('/');
  const bytes = parseAddress(address);
  const bits = bytes === undefined ? 0 : bytes.length * 8;
  const prefixLength = length === undefined ? bits : Number(length);
  if (bytes === undefined || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length)) || prefixLength > bits) {
    throw new Error(`"${text}" is not a range of addresses such as 10.0.0.0/8 or 2001:db8::/32.`);
  }
  return { bytes, prefixLength };
}

/** Reads an address in its usual notation; `undefined` for anything else, odd spellings of IPv4 included. */
export function parseAddress(text: string): AddressBytes | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined || !text.includes(':')) return v4;
  let tail: AddressBytes | undefined;
  let groupsText = text;
  const lastColon = text.lastIndexOf(':');
  if (text.includes('.')) {
    tail = parseIpv4(text.slice(lastColon + 1));
    if (tail === undefined) return undefined;
    groupsText = `${text.slice(0, lastColon + 1)}0:0`;
  }
  const halves = groupsText.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const bytes = Uint8Array.from(groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
  if (tail !== undefined) bytes.set(tail, 12);
  return bytes;
}

export function includes({ bytes, prefixLength }: AddressRange, address: AddressBytes): boolean {
  if (bytes.length !== address.length) return false;
  const whole = prefixLength >> 3;
  for (let index = 0; index < whole; index++) if (bytes[index] !== address[index]) return false;
  const mask = (0xff00 >> (prefixLength & 7)) & 0xff;
  return ((bytes[whole] ?? 0) & mask) === ((address[whole] ?? 0) & mask);
}

export function formatAddress(address: AddressBytes): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (((address[index * 2] ?? 0) << 8) | (address[index * 2 + 1] ?? 0)).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

function parseIpv4(text: string): AddressBytes | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1).map(Number);
  return bytes?.every((byte) => byte <= 255) ? Uint8Array.from(bytes) : undefined;
}
