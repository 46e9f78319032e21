export const ROUNDS = 5;

/**
 * Measures all sides in turns, round after round, so that what disturbs the machine disturbs all of them. Each round begins
 * with another side.
 */
export async function interleaved<S extends string, F>(sides: Readonly<Record<S, () => Promise<F>>>, rounds = ROUNDS): Promise<readonly Readonly<Record<S, F>>[]> {
  const names = Object.keys(sides) as S[];
  const measured: Record<S, F>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const figures = {} as Record<S, F>;
    for (let turn = 0; turn < names.length; turn += 1) {
      const side = names[(round + turn) % names.length] as S;
      figures[side] = await sides[side]();
    }
    measured.push(figures);
  }
  return measured;
}

/** The median of what `figure` finds in each round: a ratio is taken within a round, never between rounds. */
export function medianOf<R>(rounds: readonly R[], figure: (round: R) => number): number {
  return median(rounds.map(figure));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
