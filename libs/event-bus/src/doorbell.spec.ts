import { Doorbell } from './doorbell.js';

const AN_HOUR = 3_600_000;

describe('Doorbell', () => {
  it('ends a sleep when it rings', async () => {
    const bell = new Doorbell();
    const sleep = bell.wait(AN_HOUR);
    bell.ring();
    expect(await sleep).toBe(true);
  });

  it('does not forget a ring that nobody slept through, and counts several as one', async () => {
    const bell = new Doorbell();
    bell.ring();
    bell.ring();
    expect(await bell.wait(AN_HOUR)).toBe(true);
    expect(await bell.wait(0)).toBe(false);
  });
});
