import { FreshValues } from './fresh-values.js';

const options = { maxAgeMs: 1000, refreshAfterMs: 500, capacity: 2 };

/** A cache under a clock of its own, whose loads end when told. */
function cache() {
  const loads: { key: string; previous: string | undefined; resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const clock = { now: 0 };
  const values = new FreshValues<string>(
    (key, previous) => new Promise((resolve, reject) => loads.push({ key, previous, resolve, reject })),
    options,
    () => clock.now,
  );
  const filled = async (key: string, value: string): Promise<void> => {
    const answer = values.get(key);
    loads.at(-1)!.resolve(value);
    await answer;
  };
  return { values, loads, clock, filled };
}

describe('values kept fresh', () => {
  it('are loaded once for all who ask at the same time', async () => {
    const { values, loads } = cache();
    const answers = [values.get('a'), values.get('a'), values.get('b')];
    expect(loads.map(({ key }) => key)).toEqual(['a', 'b']);
    loads.forEach(({ key, resolve }) => resolve(`value of ${key}`));
    await expect(Promise.all(answers)).resolves.toEqual(['value of a', 'value of a', 'value of b']);
  });

  it('are not loaded again while they are young', async () => {
    const { values, loads, clock, filled } = cache();
    await filled('a', 'one');
    clock.now = 500;
    await expect(values.get('a')).resolves.toBe('one');
    expect(loads).toHaveLength(1);
  });

  it('are loaded anew in the background when they get old, from the one they replace', async () => {
    const { values, loads, clock, filled } = cache();
    await filled('a', 'one');
    clock.now = 501;
    await expect(Promise.all([values.get('a'), values.get('a')])).resolves.toEqual(['one', 'one']);
    expect(loads).toHaveLength(2);
    expect(loads[1]?.previous).toBe('one');
    loads[1]?.resolve('two');
    await loads[1];
    await expect(values.get('a')).resolves.toBe('two');
  });

  it('are never handed out beyond their time, counted from before they were asked for', async () => {
    const { values, loads, clock } = cache();
    const slow = values.get('a');
    clock.now = 900;
    loads[0]?.resolve('one');
    await slow;
    clock.now = 1001;
    const next = values.get('a');
    expect(loads).toHaveLength(2);
    loads[1]?.resolve('two');
    await expect(next).resolves.toBe('two');
  });

  it('are asked for again by who comes long after a load began that has not ended', async () => {
    const { values, loads, clock } = cache();
    const first = values.get('a');
    clock.now = 1001;
    const second = values.get('a');
    expect(loads).toHaveLength(2);
    loads[1]?.resolve('new');
    loads[0]?.resolve('old');
    await expect(Promise.all([first, second])).resolves.toEqual(['old', 'new']);
    await expect(values.get('a')).resolves.toBe('new');
  });

  it('fail for who needs them, and are loaded again by the next', async () => {
    const { values, loads, clock, filled } = cache();
    const failing = values.get('a');
    loads[0]?.reject(new Error('away'));
    await expect(failing).rejects.toThrow('away');
    await filled('a', 'one');
    clock.now = 600;
    await values.get('a');
    loads[2]?.reject(new Error('away'));
    await expect(values.get('a')).resolves.toBe('one');
    clock.now = 1001;
    const late = values.get('a');
    loads.at(-1)?.reject(new Error('still away'));
    await expect(late).rejects.toThrow('still away');
  });

  it('make room for others, the longest unused first', async () => {
    const { values, loads, filled } = cache();
    await filled('a', '1');
    await filled('b', '2');
    await values.get('a');
    await filled('c', '3');
    expect(values.size).toBe(2);
    await values.get('a');
    expect(loads).toHaveLength(3);
    void values.get('b');
    expect(loads).toHaveLength(4);
  });
});
