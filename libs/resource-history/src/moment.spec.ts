import { happenedBy } from './moment.js';

const at = new Date('2026-01-01T00:00:00Z');
const event = (transactionId: bigint, milliseconds = 0) => ({ transactionId, recordedAt: new Date(at.getTime() + milliseconds) });

describe('a moment', () => {
  it('that is a time counts what was recorded until then', () => {
    expect([-1, 0, 1].map((milliseconds) => happenedBy(event(7n, milliseconds), { at }))).toEqual([true, true, false]);
  });

  it('that is a position counts all that its transaction appended, whatever the clock said', () => {
    const moment = { at, position: { transactionId: 7n, globalPosition: 3n } };
    expect([6n, 7n, 8n].map((transactionId) => happenedBy(event(transactionId, 5), moment))).toEqual([true, true, false]);
  });
});
