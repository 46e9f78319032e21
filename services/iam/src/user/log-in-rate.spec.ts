import { LogInRate } from './log-in-rate.js';

const rates = { perSource: { burst: 3, perMinute: 60 }, perAccount: { burst: 5, perMinute: 60 } };
const throttled = expect.objectContaining({ kind: 'throttled', code: 'IAM.0012' });

describe('the rate of log-ins', () => {
  it('bounds one address, whatever accounts it tries, and lets it go on as time passes', () => {
    const rate = new LogInRate(rates);
    for (const account of ['a', 'b', 'c']) rate.admit({ source: 's1', account }, 0);
    expect(() => rate.admit({ source: 's1', account: 'd' }, 0)).toThrow(throttled);
    rate.admit({ source: 's2', account: 'd' }, 0);
    rate.admit({ source: 's1', account: 'd' }, 1000);
    expect(() => rate.admit({ source: 's1', account: 'd' }, 1000)).toThrow(throttled);
  });

  it('bounds one account, from whatever addresses it is tried', () => {
    const rate = new LogInRate(rates);
    for (let number = 0; number < 5; number++) rate.admit({ source: `s${number}`, account: 'a' }, 0);
    expect(() => rate.admit({ source: 's9', account: 'a' }, 0)).toThrow(throttled);
    rate.admit({ source: 's9', account: 'b' }, 0);
  });

  it('does not take callers without an address for one', () => {
    const rate = new LogInRate(rates);
    for (const account of ['a', 'b', 'c', 'd']) rate.admit({ source: '', account }, 0);
  });

  it('forgets the quietest of too many addresses, and no other', () => {
    const rate = new LogInRate({ ...rates, perAccount: { burst: 100_000, perMinute: 1 } });
    for (let number = 0; number < 3; number++) rate.admit({ source: 'loud', account: 'a' }, 0);
    for (let number = 0; number < 9_999; number++) rate.admit({ source: `s${number}`, account: 'a' }, 0);
    expect(() => rate.admit({ source: 'loud', account: 'a' }, 0)).toThrow(throttled);
    rate.admit({ source: 'last', account: 'a' }, 0);
    rate.admit({ source: 'loud', account: 'a' }, 0);
  });
});
