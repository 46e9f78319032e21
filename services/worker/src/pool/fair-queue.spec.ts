import fc from 'fast-check';
import { FairQueue, type Waiting } from './fair-queue.js';

interface Entry extends Waiting {
  readonly nth: number;
}

let nth = 0;
const entry = (tenant: string, key = tenant): Entry => ({ tenant, key, nth: (nth += 1) });

describe('the queue of waiting requests', () => {
  it('serves each function in the order its requests came', () => {
    const queue = new FairQueue<Entry>({ perKey: 10, total: 10 });
    const [one, other, two] = [entry('a', 'f'), entry('a', 'g'), entry('a', 'f')];
    for (const waiting of [one, other, two]) queue.offer(waiting);
    expect([queue.next('f'), queue.next('f'), queue.next('f'), queue.next('g')]).toEqual([one, two, undefined, other]);
  });

  it('refuses what is more than one function may have waiting, and more than all may', () => {
    const queue = new FairQueue<Entry>({ perKey: 2, total: 3 });
    expect([entry('a', 'f'), entry('a', 'f'), entry('a', 'f'), entry('a', 'g'), entry('a', 'h')].map((each) => queue.offer(each))).toMatchObject([
      { accepted: true },
      { accepted: true },
      { accepted: false, bound: 'perKey' },
      { accepted: true },
      { accepted: false, bound: 'total' },
    ]);
  });

  it('gives a place back when somebody leaves, and only once', () => {
    const queue = new FairQueue<Entry>({ perKey: 1, total: 1 });
    const leaver = entry('a');
    queue.offer(leaver);
    expect([queue.remove(leaver), queue.remove(leaver)]).toEqual([true, false]);
    expect(queue.offer(entry('b'))).toMatchObject({ accepted: true });
  });

  it('lets the newest request of a tenant that floods make room for one that does not', () => {
    const queue = new FairQueue<Entry>({ perKey: 10, total: 4 });
    const flood = Array.from({ length: 4 }, () => entry('flood'));
    for (const each of flood) queue.offer(each);
    expect(queue.offer(entry('quiet'))).toEqual({ accepted: true, displaced: flood[3] });
    expect(queue.offer(entry('flood'))).toMatchObject({ accepted: false });
  });

  it('never grows over its bounds, loses nobody, and refuses nobody its fair part, whoever sends what', () => {
    const operation = fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('offer' as const), tenant: fc.constantFrom('flood', 'flood', 'flood', 'b', 'c', 'd'), key: fc.constantFrom('1', '2', '3') }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('next' as const), tenant: fc.constantFrom('flood', 'b', 'c', 'd'), key: fc.constantFrom('1', '2', '3') }) },
    );
    const bounds = { perKey: 8, total: 16 };
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const queue = new FairQueue<Entry>(bounds);
        const inside = new Set<Entry>();
        for (const { do: what, tenant, key } of operations) {
          const name = `${tenant}/${key}`;
          if (what === 'next') {
            const oldest = [...inside].find((each) => each.key === name);
            expect(queue.next(name)).toBe(oldest);
            if (oldest !== undefined) inside.delete(oldest);
            continue;
          }
          const newcomer = entry(tenant, name);
          const tenants = new Set([...inside].map((each) => each.tenant)).add(tenant).size;
          const fairPart = Math.floor(bounds.total / tenants) - 1;
          const before = queue.waitingOf(tenant);
          const offer = queue.offer(newcomer);
          if (offer.accepted) {
            inside.add(newcomer);
            if (offer.displaced !== undefined) expect(inside.delete(offer.displaced)).toBe(true);
            // Who had to leave had more than who came.
            if (offer.displaced !== undefined) expect(queue.waitingOf(offer.displaced.tenant)).toBeGreaterThanOrEqual(queue.waitingOf(tenant));
          } else if (offer.bound === 'total') {
            expect(before).toBeGreaterThanOrEqual(fairPart);
          } else {
            expect(queue.waitingFor(name)).toBe(bounds.perKey);
          }
          expect(inside.size).toBeLessThanOrEqual(bounds.total);
        }
        for (const name of new Set([...inside].map((each) => each.key))) {
          expect([...queue.of(name)]).toEqual([...inside].filter((each) => each.key === name));
        }
      }),
      { numRuns: 300 },
    );
  });
});
