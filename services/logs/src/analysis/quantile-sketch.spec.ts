import fc from 'fast-check';
import { QuantileSketch, RELATIVE_ERROR } from './quantile-sketch.js';

describe('a quantile sketch', () => {
  it('knows every quantile of few values exactly, and of many to within half a percent', () => {
    const value = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -1e12, max: 1e12, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3000, size: 'max' }), fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const sketch = new QuantileSketch();
        values.forEach((one) => sketch.add(one));
        const exact = [...values].sort((a, b) => a - b)[Math.max(Math.ceil(share * values.length), 1) - 1]!;
        const tolerance = values.length <= 1000 ? 0 : Math.abs(exact) * RELATIVE_ERROR * 1.001 + 1e-9;
        expect(Math.abs(sketch.quantile(share)! - exact)).toBeLessThanOrEqual(tolerance);
      }),
      { numRuns: 60 },
    );
  });

  it('knows nothing of nothing', () => expect(new QuantileSketch().quantile(0.5)).toBeNull());
});
