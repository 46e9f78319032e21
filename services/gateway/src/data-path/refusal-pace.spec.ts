import { partyOfAddress, RefusalPace } from './refusal-pace.js';

const LIMITS = { maxRefusalsPerSecond: 10, refusalBurst: 5, maxRefusalsPerSecondInAll: 20, maxRefusalDelayMs: 2_000 };

describe('the pace of refusals', () => {
  let now: number;
  let pace: RefusalPace;
  const delays = (party: string, count: number): number[] => Array.from({ length: count }, () => pace.delayOf(party));

  beforeEach(() => {
    now = 1_000_000;
    pace = new RefusalPace(LIMITS, () => now);
  });

  it('lets a burst through at once, and then no more a second than it says, in order', () => {
    expect(delays('a', 5)).toEqual([0, 0, 0, 0, 0]);
    expect(delays('a', 3)).toEqual([100, 200, 300]);
  });

  it('is kept by whoever asks again as soon as it is told', () => {
    let given = 0;
    const until = now + 60_000;
    while (now < until) {
      now += pace.delayOf('a');
      given += 1;
    }
    expect(given).toBeLessThanOrEqual(LIMITS.refusalBurst + 60 * LIMITS.maxRefusalsPerSecond + 1);
  });

  it('holds nobody back for what others are refused', () => {
    delays('a', 1_000);
    expect(delays('b', 2)).toEqual([0, 0]);
  });

  it('is shared by all who are refused, when they are many', () => {
    for (const party of ['a', 'b', 'c', 'd']) delays(party, 5);
    const [first = 0, second = 0] = delays('a', 2);
    // Four of them, at 20 a second in all, have 5 each.
    expect(second - first).toBe(200);
  });

  it('holds no refusal back for longer than its limit, however many wait', () => {
    expect(Math.max(...delays('a', 10_000))).toBe(LIMITS.maxRefusalDelayMs);
  });

  it('forgets what is paid off', () => {
    delays('a', 100);
    now += 10_000;
    expect(delays('a', 5)).toEqual([0, 0, 0, 0, 0]);
  });

  it('remembers a bounded number of parties', () => {
    for (let party = 0; party < 30_000; party += 1) pace.delayOf(String(party));
    expect((pace as unknown as { parties: Map<string, number> }).parties.size).toBeLessThanOrEqual(10_001);
    expect(pace.count).toBe(30_000);
  });
});

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::', 'fe80:0:0:0::/64'],
])('an address counts as the one that its owner has: %s', (address, party) => {
  expect(partyOfAddress(address)).toBe(party);
});
