import { explainTimeout } from './readiness.js';

describe('explaining a start that timed out', () => {
  it('knows nothing listening, listening elsewhere, and an open port that accepts nothing apart', () => {
    expect(explainTimeout([], 100)).toEqual({ reason: 'PORT_NOT_OPENED', timeoutMs: 100 });
    const elsewhere = [
      { address: '::1', port: 8000 },
      { address: '127.0.0.1', port: 3000 },
    ];
    expect(explainTimeout(elsewhere, 100)).toEqual({ reason: 'WRONG_ADDRESS', addresses: ['[::1]:8000', '127.0.0.1:3000'], timeoutMs: 100 });
    for (const address of ['127.0.0.1', '0.0.0.0']) {
      expect(explainTimeout([...elsewhere, { address, port: 8000 }], 100)).toEqual({ reason: 'START_TIMED_OUT', timeoutMs: 100 });
    }
  });
});
