import fc from 'fast-check';
import { formatAddress, parseAddress, parseRange, type AddressBytes } from './address-ranges.js';
import { EgressPolicy } from './egress-policy.js';

const bytes = (text: string): AddressBytes => parseAddress(text) as AddressBytes;
const usual = new EgressPolicy({ deny: [], allow: [] });
const addresses = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }));

describe('what public access reaches', () => {
  it.each(['1.1.1.1', '9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '223.255.255.255', '2606:4700::1111', '2a00::1', '2001:200::1'])('%s', (address) => {
    expect(usual.refuses(bytes(address))).toBeUndefined();
  });

  it.each([
    ['loopback', '127.0.0.1', '127.255.255.255', '0.0.0.0', '0.255.0.1', '::', '::1'],
    ['metadata', '169.254.169.254', '100.100.100.200', '168.63.129.16', 'fd00:ec2::254', 'fd20:ce::254'],
    ['link-local', '169.254.0.1', '169.254.255.255', 'fe80::1', 'febf:ffff::1'],
    ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.255.255', '100.64.0.1', '100.127.255.255', 'fc00::1', 'fdff::1'],
    ['reserved', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.9', '240.0.0.1', '255.255.255.255', '2001:db8::1', '3fff::1', '4000::1', '100::1'],
    // IPv4 addresses inside IPv6 ones: mapped, compatible, translated, NAT64, 6to4, Teredo.
    ['reserved', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::10.0.0.1', '::ffff:0:10.0.0.1', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1', '2001:0:a9fe:a9fe::1'],
  ])('is never a %s address', (reason, ...refused) => {
    expect(Object.fromEntries(refused.map((address) => [address, usual.refuses(bytes(address))]))).toEqual(Object.fromEntries(refused.map((address) => [address, reason])));
  });

  it('is a private range the operator allows, and still no loopback, link-local or metadata address', () => {
    const open = new EgressPolicy({ deny: [], allow: ['0.0.0.0/0', '::/0'] });
    expect(['10.0.0.1', '192.168.0.1', '192.0.2.1', 'fd00::1'].map((address) => open.refuses(bytes(address)))).toEqual([undefined, undefined, undefined, undefined]);
    expect(['127.0.0.1', '169.254.169.254', '::1', 'fe80::1', '::ffff:10.0.0.1', 'fd00:ec2::254'].every((address) => open.refuses(bytes(address)) !== undefined)).toBe(true);
  });

  it('is nothing the operator denies, whatever is allowed', () => {
    fc.assert(
      fc.property(addresses, (address) => {
        const range = formatAddress(address);
        expect(new EgressPolicy({ deny: [range], allow: [range, '0.0.0.0/0', '::/0'] }).refuses(address)).toBeDefined();
      }),
    );
  });

  it('grows only by what is allowed', () => {
    fc.assert(
      fc.property(addresses, addresses, (allowed, address) => {
        const more = new EgressPolicy({ deny: [], allow: [`${formatAddress(allowed)}/24`] });
        if (usual.refuses(address) === undefined) expect(more.refuses(address)).toBeUndefined();
      }),
    );
  });
});

describe('addresses', () => {
  it('are read as they are written', () => {
    fc.assert(fc.property(addresses, (address) => expect(parseAddress(formatAddress(address))).toEqual(Uint8Array.from(address))));
  });

  it.each(['127.1', '0x7f.0.0.1', '2130706433', '1.2.3.256', '1.2.3', '::1::', ':::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'g::', '::1.2.3', '', ' ', '1.2.3.4.5', '::12345'])(
    'are not read in odd spellings: %j',
    (text) => expect(parseAddress(text)).toBeUndefined(),
  );

  it.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', 'example.com', '10.0.0/8'])('make no range: %j', (text) => {
    expect(() => parseRange(text)).toThrow(text);
  });
});
