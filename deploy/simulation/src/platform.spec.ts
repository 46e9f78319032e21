import { BrokenSeed, Scheduler, SeededRandom, simulate } from '@windlass/simulation';
import { liveThrough } from './live-through.js';
import type { Parts } from './platform.js';

const SEEDS = 3_000;
const WITHIN_SEEDS = 400;

describe('the platform, simulated', () => {
  it('brings every copy to what its source says, and never back to something older, whatever fails on the way', async () => {
    await expect(simulate({ name: 'a copy is not what its source says', seeds: SEEDS, run: (scheduler) => liveThrough(scheduler) })).resolves.toBeGreaterThan(0);
  });

  it('goes the same way twice with the same seed', async () => {
    const story = async (): Promise<readonly string[]> => {
      const scheduler = new Scheduler(new SeededRandom(7), true);
      await liveThrough(scheduler);
      return scheduler.story;
    };
    const first = await story();
    expect(first.length).toBeGreaterThan(20);
    expect(await story()).toEqual(first);
  });
});

const mistakes: readonly [mistake: string, parts: Partial<Parts>][] = [
  ['a copy that takes in whatever comes', { replacesAccount: () => true }],
  ['a relay that keeps its checkpoint before it publishes', { keepsCheckpointFirst: true }],
  ['a relay that does not wait for older transactions', { readLog: (log, after, limit) => log.readCommitted(after, limit) }],
  ['a consumer that says it is done before it is', { onMessages: (handle) => async (messages) => void handle(messages) }],
  ['a consumer that handles one message of a batch alone', { onMessages: (handle) => (messages) => handle(messages.slice(-1)) }],
  ['a translation that leaves out what it does not expect', { translateForRelay: (translate) => (event) => (event.type === 'VersionDeleted' ? undefined : translate(event)) }],
  ['a gateway that starts without what it knew', { readsKeptRoutes: false }],
];

describe('the simulation finds', () => {
  it.each(mistakes)('%s', async (_, parts) => {
    const config = { only: undefined, count: undefined };
    await expect(simulate({ name: 'a mistake was made on purpose', seeds: WITHIN_SEEDS, run: (scheduler) => liveThrough(scheduler, parts) }, config)).rejects.toThrow(BrokenSeed);
  });
});
