import { readAddress } from './read-address.js';

describe('an address that is asked for', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['FE80::1%eth0', 'fe80::1%eth0'],
  ])('is read in whatever notation: %s is %s', (text, address) => {
    expect(readAddress(text)).toBe(address);
  });

  it.each(['', 'localhost', '192.0.2', '192.0.2.256', '192.0.2.01', '192.0.2.0/24', '192.0.2.1:80', '[::1]', '::1::', ' 192.0.2.1', '192.0.2.1,192.0.2.2', '%', '::1%'])('is none where there is none in "%s"', (text) => {
    expect(readAddress(text)).toBeUndefined();
  });
});
