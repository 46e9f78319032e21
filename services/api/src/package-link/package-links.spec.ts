import { PackageLinks } from './package-links.js';

const reference = { digest: 'd'.repeat(128), sealed: false, fileName: 'a b.zip' };
const links = (now = 1_000_000, key = 1) => new PackageLinks(Buffer.alloc(32, key), 'https://api.example', () => now);

function follow(link: string, by: PackageLinks) {
  const url = new URL(link);
  return by.verify(url.pathname.split('/').at(-1) ?? '', url.searchParams);
}

describe('a package link', () => {
  it('leads to what it was made for', () => {
    for (const sealed of [true, false]) expect(follow(links().create({ ...reference, sealed }), links())).toEqual({ ...reference, sealed });
  });

  it('holds for a quarter of an hour', () => {
    const link = links().create(reference);
    expect(follow(link, links(1_000_000 + 899_999))).toEqual(reference);
    expect(() => follow(link, links(1_000_000 + 900_000))).toThrow(expect.objectContaining({ kind: 'forbidden', reason: 'LINK_EXPIRED' }));
  });

  it('is refused under another key, and when parts moved between its members', () => {
    expect(() => follow(links().create(reference), links(1_000_000, 2))).toThrow(expect.objectContaining({ reason: 'LINK_ALTERED' }));
    const url = new URL(links().create({ digest: 'd1', sealed: false, fileName: '2x' }));
    url.searchParams.set('filename', 'x');
    url.searchParams.set('expires', `${url.searchParams.get('expires')}2`);
    expect(() => links().verify('d1', url.searchParams)).toThrow(expect.objectContaining({ reason: 'LINK_ALTERED' }));
  });

  it('is refused when a plain package is called an encrypted one, or the other way', () => {
    for (const sealed of [true, false]) {
      const url = new URL(links().create({ ...reference, sealed }));
      url.searchParams.set('sealed', String(!sealed));
      expect(() => links().verify(reference.digest, url.searchParams)).toThrow(expect.objectContaining({ reason: 'LINK_ALTERED' }));
    }
  });

  it('is refused without its members', () => {
    expect(() => links().verify('d1', new URLSearchParams())).toThrow(expect.objectContaining({ kind: 'forbidden' }));
  });
});
