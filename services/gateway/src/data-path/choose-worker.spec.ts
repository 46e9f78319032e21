import { workersFor } from './choose-worker.js';

const WORKERS = ['/run/w1.sock', '/run/w2.sock', '/run/w3.sock', '/run/w4.sock'].map((name) => ({ name }));
const FUNCTIONS = Array.from({ length: 4_000 }, (_, index) => `function-${index}`);

describe('the choice of a worker', () => {
  it('is the same for the same function, in whatever order the workers are listed', () => {
    for (const name of FUNCTIONS.slice(0, 100)) expect(workersFor(name, [...WORKERS].reverse())).toEqual(workersFor(name, WORKERS));
  });

  it('names every worker once', () => {
    expect([...workersFor('f', WORKERS)].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(WORKERS);
    expect(workersFor('f', [])).toEqual([]);
  });

  it('spreads functions evenly', () => {
    const shares = WORKERS.map((worker) => FUNCTIONS.filter((name) => workersFor(name, WORKERS)[0] === worker).length);
    for (const share of shares) expect(share).toBeGreaterThan(850);
  });

  it('moves only the functions of a worker that goes', () => {
    const rest = WORKERS.slice(0, 3);
    for (const name of FUNCTIONS) {
      const [first, second] = workersFor(name, WORKERS);
      expect(workersFor(name, rest)[0]).toBe(first === WORKERS[3] ? second : first);
    }
  });
});
