import { GatewayAddress } from './gateway-address.js';

const group = 'ab'.repeat(16);

describe('the address of a group', () => {
  it('is a path segment where there is no domain', () => {
    const address = new GatewayAddress({ scheme: 'http', host: '127.0.0.1', port: 7480 }, 'local-1');
    expect(address.invokeUrl(group, '/orders')).toBe(`http://127.0.0.1:7480/${group}/orders`);
    expect(address.subDomain(group)).toBe(`${group}.apig.local-1.localhost`);
  });

  it('is a host name where there is one; a default port is left out', () => {
    const address = new GatewayAddress({ scheme: 'https', host: 'x', port: 443, domain: 'fn.example.com' }, 'local-1');
    expect(address.invokeUrl(group, '/')).toBe(`https://${group}.fn.example.com/`);
    expect(address.subDomain(group)).toBe(`${group}.fn.example.com`);
  });
});
