import { parseAddress } from './address.js';
import { GROUP } from './testing/route.js';

describe('the address of a request', () => {
  it.each([
    ['is the first label of the host', `${GROUP}.example.com`, '/a/b', { path: '/a/b', prefix: '' }],
    ['may have a port', `${GROUP}.example.com:7480`, '/', { path: '/', prefix: '' }],
    ['is the same in upper case, as host names are', `${GROUP.toUpperCase()}.Example.com`, '/a', { path: '/a', prefix: '' }],
    ['is the first segment where the host says nothing', '127.0.0.1:7480', `/${GROUP}/a/b`, { path: '/a/b', prefix: `/${GROUP}` }],
    ['leaves the root when nothing follows', 'localhost', `/${GROUP}`, { path: '/', prefix: `/${GROUP}` }],
    ['keeps a final slash', 'localhost', `/${GROUP}/`, { path: '/', prefix: `/${GROUP}` }],
    ['keeps empty segments and escapes as they are', 'localhost', `/${GROUP}//a%2Fb`, { path: '//a%2Fb', prefix: `/${GROUP}` }],
    ['is the host when both name a group', `${GROUP}.example.com`, `/${'f'.repeat(32)}/a`, { path: `/${'f'.repeat(32)}/a`, prefix: '' }],
    ['works without a host', '', `/${GROUP}/a`, { path: '/a', prefix: `/${GROUP}` }],
  ])('%s', (_, host, path, rest) => {
    expect(parseAddress(host, path)).toEqual({ groupId: GROUP, ...rest });
  });

  it.each([
    ['a bare label', GROUP, '/a'],
    ['a longer first segment', 'localhost', `/${GROUP}x/a`],
    ['a shorter first segment', 'localhost', `/${GROUP.slice(1)}/a`],
    ['letters beyond f', 'localhost', `/${'g'.repeat(32)}/a`],
    ['a longer first label', `x${GROUP}.example.com`, '/a'],
    ['the second segment', 'localhost', `/a/${GROUP}`],
    ['the whole server', 'localhost', '*'],
  ])('is not %s', (_, host, path) => {
    expect(parseAddress(host, path)).toBeUndefined();
  });
});
