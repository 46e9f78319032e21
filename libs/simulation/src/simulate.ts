import { readSeedConfig, type SeedConfig } from './config.js';
import { SeededRandom } from './random.js';
import { Scheduler } from './scheduler.js';

/** A seed with which a promise was broken. */
export class BrokenSeed extends Error {
  constructor(
    readonly seed: number,
    simulation: string,
    cause: unknown,
    story: readonly string[],
  ) {
    const told = story.length === 0 ? '' : `\n\nWhat happened:\n${story.join('\n')}`;
    super(
      `With the seed ${seed}, ${simulation}: ${cause instanceof Error ? cause.message : String(cause)}${told}\n\n` +
        `To see it again, and what happened: WINDLASS_SIMULATION_SEED=${seed} npm test -- simulation`,
      { cause },
    );
    this.name = 'BrokenSeed';
  }
}

export interface Simulation {
  /** In a sentence: "copies of accounts". */
  readonly name: string;
  readonly seeds: number;
  /** Lives through one world to its end; throws when it broke a promise. */
  readonly run: (scheduler: Scheduler) => Promise<void>;
}

/** Lives through one world for each seed; throws a BrokenSeed at the first that breaks a promise. Answers how many there were. */
export async function simulate({ name, seeds, run }: Simulation, config: SeedConfig = readSeedConfig()): Promise<number> {
  const first = config.only ?? 1;
  const last = config.only ?? config.count ?? seeds;
  for (let seed = first; seed <= last; seed += 1) {
    const scheduler = new Scheduler(new SeededRandom(seed), config.only !== undefined);
    try {
      await run(scheduler);
    } catch (error) {
      throw new BrokenSeed(seed, name, error, scheduler.story);
    }
  }
  return last - first + 1;
}

const MOST_STEPS = 200_000;

/** Lets the world go on until the condition holds; throws when it does not within so much simulated time. */
export async function goOnUntil(scheduler: Scheduler, reached: () => boolean, { within, what }: { readonly within: number; readonly what: string }): Promise<void> {
  const deadline = scheduler.now + within;
  for (let steps = 0; !reached(); steps += 1) {
    if (steps > MOST_STEPS || !(await scheduler.step(deadline))) throw new Error(`${what} was not reached within ${within} simulated milliseconds`);
  }
}
