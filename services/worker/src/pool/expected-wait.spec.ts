import { RunTime } from './expected-wait.js';

describe('the expected wait', () => {
  it('is unknown, and so no reason to refuse anybody, until a request has run', () => {
    expect(new RunTime().expectedWaitMs(1_000, 1)).toBe(0);
  });

  it('is a run for each round of the slots that must end before', () => {
    const runTime = new RunTime();
    runTime.ran(200);
    expect([0, 1, 3, 4, 8].map((before) => runTime.expectedWaitMs(before, 4))).toEqual([0, 0, 0, 200, 400]);
  });

  it('follows what changes', () => {
    const runTime = new RunTime();
    runTime.ran(1_000);
    for (let count = 0; count < 60; count += 1) runTime.ran(10);
    expect(runTime.expectedWaitMs(1, 1)).toBeLessThan(20);
  });
});
