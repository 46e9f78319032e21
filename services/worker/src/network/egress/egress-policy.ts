import { includes, parseRange, type AddressBytes, type AddressRange } from './address-ranges.js';

/** Why an address is not reached from an instance; part of a sentence. */
export type RefusalReason = 'loopback' | 'link-local' | 'metadata' | 'multicast' | 'private' | 'reserved' | 'denied';

/**
 * What is not the public network, by the registries of special-purpose addresses (RFC 6890 and its updates). The first part
 * can never be allowed: it means this machine, its links, or its cloud's metadata service.
 */
const NEVER: readonly (readonly [RefusalReason, ...string[]])[] = [
  ['loopback', '0.0.0.0/8', '127.0.0.0/8', '::/127'],
  // Where clouds tell a machine its secrets.
  ['metadata', '169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::/32', 'fd20:ce::/32'],
  ['link-local', '169.254.0.0/16', 'fe80::/10', 'fec0::/10'],
  ['multicast', '224.0.0.0/4', 'ff00::/8'],
  // Forms of IPv6 that hold an IPv4 address: what is behind them could be any of the others.
  ['reserved', '240.0.0.0/4', '::/96', '::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/23'],
];
const UNLESS_ALLOWED: readonly (readonly [RefusalReason, ...string[]])[] = [
  ['private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
  ['reserved', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'],
];
const GLOBAL_IPV6 = parseRange('2000::/3');

type Rules = readonly { readonly reason: RefusalReason; readonly range: AddressRange }[];

/**
 * Which addresses instances with public access may reach. What an operator denies is denied, whatever else is said; what an
 * operator allows opens private and reserved ranges, but never loopback, link-local, metadata and multicast addresses.
 * The addresses of the machine itself are another question: only its kernel knows them all, and it is asked for each flow.
 */
export class EgressPolicy {
  private readonly never = rulesOf(NEVER);
  private readonly unlessAllowed = rulesOf(UNLESS_ALLOWED);
  private readonly denied: readonly AddressRange[];
  private readonly allowed: readonly AddressRange[];

  constructor(ranges: { readonly deny: readonly string[]; readonly allow: readonly string[] }) {
    this.denied = ranges.deny.map(parseRange);
    this.allowed = ranges.allow.map(parseRange);
  }

  /** Why this address is refused, or `undefined` when it is not. */
  refuses(address: AddressBytes): RefusalReason | undefined {
    const never = this.never.find(({ range }) => includes(range, address));
    if (never !== undefined) return never.reason;
    if (this.denied.some((range) => includes(range, address))) return 'denied';
    if (this.allowed.some((range) => includes(range, address))) return undefined;
    const special = this.unlessAllowed.find(({ range }) => includes(range, address));
    if (special !== undefined) return special.reason;
    return address.length === 4 || includes(GLOBAL_IPV6, address) ? undefined : 'reserved';
  }
}

function rulesOf(table: readonly (readonly [RefusalReason, ...string[]])[]): Rules {
  return table.flatMap(([reason, ...ranges]) => ranges.map((range) => ({ reason, range: parseRange(range) })));
}
