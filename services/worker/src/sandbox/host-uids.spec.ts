import { HostUids, mayUse } from './host-uids.js';

describe('host uids', () => {
  it('belong to one instance at a time and are reused as late as possible', () => {
    const uids = new HostUids({ first: 100, count: 3 });
    expect([uids.take(), uids.take()]).toEqual([100, 101]);
    uids.give(100);
    expect([uids.take(), uids.take()]).toEqual([102, 100]);
    expect(() => uids.take()).toThrow('Every host uid');
  });

  it('are for root whose user namespace maps them all', () => {
    const range = { first: 1000, count: 10 };
    const all = '         0          0 4294967295\n';
    expect(mayUse(range, 0, all)).toBe(true);
    expect(mayUse(range, 1000, all)).toBe(false);
    expect(mayUse(range, 0, '0 1000 1\n')).toBe(false);
    expect(mayUse(range, 0, '0 100000 1005\n')).toBe(false);
  });
});
