import { SignUpRate } from './sign-up-rate.js';

const MINUTE = 60_000;
const rates = { perSource: { burst: 3, perMinute: 2 }, inAll: { burst: 5, perMinute: 60 } };

describe('the rate of sign-ups', () => {
  const tries = (rate: SignUpRate, source: string, now: number, times: number): number => {
    let admitted = 0;
    for (let index = 0; index < times; index += 1) {
      try {
        rate.admit(source, now);
        admitted += 1;
      } catch (error) {
        expect(error).toMatchObject({ kind: 'throttled', code: 'IAM.0012' });
      }
    }
    return admitted;
  };

  it('takes a burst of one address, and then so many a minute', () => {
    const rate = new SignUpRate(rates);
    expect(tries(rate, 'a', 0, 10)).toBe(3);
    expect(tries(rate, 'a', MINUTE / 2, 10)).toBe(1);
    expect(tries(rate, 'a', MINUTE * 10, 10)).toBe(3);
  });

  it('says when the next one is taken', () => {
    const rate = new SignUpRate(rates);
    tries(rate, 'a', 0, 3);
    expect(() => rate.admit('a', 0)).toThrow(expect.objectContaining({ retryAfterSeconds: 30, message: expect.stringContaining('in 30 s') }));
    expect(() => rate.admit('a', 20_500)).toThrow(expect.objectContaining({ retryAfterSeconds: 10 }));
    expect(tries(rate, 'a', MINUTE / 2, 1)).toBe(1);
  });

  it('takes so many of all addresses together', () => {
    const rate = new SignUpRate(rates);
    const admitted = ['a', 'b', 'c', 'd'].map((source) => tries(rate, source, 0, 2));
    expect(admitted).toEqual([2, 2, 1, 0]);
    expect(tries(rate, 'e', 1000, 5)).toBe(1);
  });

  it('refuses nobody for what others were refused for', () => {
    const rate = new SignUpRate(rates);
    tries(rate, 'a', 0, 100);
    expect(tries(rate, 'b', 0, 1)).toBe(1);
  });

  it('does not run backwards with a clock', () => {
    const rate = new SignUpRate(rates);
    tries(rate, 'a', MINUTE, 3);
    expect(tries(rate, 'a', 0, 1)).toBe(0);
  });

  it('remembers a bounded number of addresses', () => {
    const rate = new SignUpRate({ perSource: { burst: 1, perMinute: 0 }, inAll: { burst: 100_000, perMinute: 0 } });
    for (let index = 0; index <= 10_000; index += 1) rate.admit(`source-${index}`, 0);
    // The first was forgotten for the last one; the second was not.
    expect(() => rate.admit('source-1', 0)).toThrow(/Too many sign-ups/);
    expect(() => rate.admit('source-0', 0)).not.toThrow();
  });
});
