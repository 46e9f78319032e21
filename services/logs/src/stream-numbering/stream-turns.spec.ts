import { StreamTurns } from './stream-turns.js';

describe('turns of streams', () => {
  const started: string[] = [];
  const held = (name: string) => {
    let release!: () => void;
    const until = new Promise<void>((resolve) => (release = resolve));
    const work = async (): Promise<string> => {
      started.push(name);
      await until;
      return name;
    };
    return { work, release };
  };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => void (started.length = 0));

  it('follow each other on the same stream, also where only one of several is shared, and pass by other streams', async () => {
    const turns = new StreamTurns();
    const [one, two, other] = [held('one'), held('two'), held('other')];
    const first = turns.run(['a', 'b'], one.work);
    const second = turns.run(['b', 'c'], two.work);
    const beside = turns.run(['d'], other.work);
    await settled();
    expect(started).toEqual(['one', 'other']);
    other.release();
    expect(await beside).toBe('other');
    one.release();
    expect(await first).toBe('one');
    await settled();
    expect(started).toEqual(['one', 'other', 'two']);
    two.release();
    expect(await second).toBe('two');
    await turns.idle();
  });

  it('go on after one that failed', async () => {
    const turns = new StreamTurns();
    const failing = turns.run(['a'], () => Promise.reject(new Error('failed')));
    const next = turns.run(['a'], () => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('next');
    await turns.idle();
  });
});
