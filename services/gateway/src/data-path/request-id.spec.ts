import { newRequestId } from './request-id.js';

describe('a request id', () => {
  it('is a UUID of version 4, and another one each time', () => {
    const ids = Array.from({ length: 5_000 }, newRequestId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('takes every value in each of its free digits', () => {
    const seen = Array.from({ length: 36 }, () => new Set<string>());
    for (let count = 0; count < 2_000; count += 1) [...newRequestId()].forEach((digit, index) => seen[index]?.add(digit));
    const sizes = seen.map(({ size }) => size);
    expect(sizes).toEqual([...'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'].map((place) => (place === 'x' ? 16 : place === 'y' ? 4 : 1)));
  });
});
