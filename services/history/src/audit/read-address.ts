import { isIP, SocketAddress } from 'node:net';

/**
 * An IP address in the notation that the edge records callers in: IPv6 compressed and in lower case, an IPv4 address never
 * written as an IPv6 one. Undefined when the text is no address.
 */
export function readAddress(text: string): string | undefined {
  const [address = '', ...zone] = text.split('%');
  const version = isIP(text);
  if (version === 0) return undefined;
  if (version === 4) return text;
  const plain = new SocketAddress({ address, family: 'ipv6' }).address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
  return [plain, ...zone].join('%');
}
