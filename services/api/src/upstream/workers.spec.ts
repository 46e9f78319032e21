import fc from 'fast-check';
import { chooseWorker } from './workers.js';

const addresses = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });

describe('the choice of a worker', () => {
  it('does not depend on the order in which workers are configured', () => {
    fc.assert(fc.property(addresses, fc.string(), (workers, funcId) => chooseWorker([...workers].reverse(), funcId) === chooseWorker(workers, funcId)));
  });

  it('moves no function between the workers that stay', () => {
    fc.assert(
      fc.property(addresses, fc.string(), fc.nat(), (workers, funcId, index) => {
        const gone = workers[index % workers.length];
        const before = chooseWorker(workers, funcId);
        fc.pre(before !== gone);
        return chooseWorker(workers.filter((worker) => worker !== gone), funcId) === before;
      }),
    );
  });

  it('gives every worker a share', () => {
    const chosen = new Set(Array.from({ length: 200 }, (_, n) => chooseWorker(['a', 'b', 'c', 'd'], `function-${n}`)));
    expect(chosen).toEqual(new Set(['a', 'b', 'c', 'd']));
  });

  it('is nobody when there are none', () => {
    expect(chooseWorker([], 'f')).toBeUndefined();
  });
});
