/** Which seeds a run of simulations takes. */
export interface SeedConfig {
  /** WINDLASS_SIMULATION_SEED: this one alone, and its story is told. */
  readonly only: number | undefined;
  /** WINDLASS_SIMULATION_SEEDS: so many, from 1 on, in place of what each simulation says. */
  readonly count: number | undefined;
}

export function readSeedConfig(environment: Readonly<Record<string, string | undefined>> = process.env): SeedConfig {
  return { only: wholeNumber('WINDLASS_SIMULATION_SEED', environment), count: wholeNumber('WINDLASS_SIMULATION_SEEDS', environment) };
}

function wholeNumber(name: string, environment: Readonly<Record<string, string | undefined>>): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is "${text}": it must be a whole number of at most nine digits.`);
  return Number(text);
}
