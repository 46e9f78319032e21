import { hostileRequests } from './testing/hostile-requests.js';
import { nodeReadsRequest } from './testing/node-reading.js';
import { bytes, readRequest } from './testing/read-message.js';

describe('requests that are meant to be read in two ways', () => {
  it.each(hostileRequests('').map((hostile) => [hostile.name, hostile] as const))('are refused, or read in one: %s', async (_name, { text, expected }) => {
    let rest: Buffer = bytes(text);
    let requests = 0;
    for (;;) {
      const input = rest;
      const reading = readRequest([input]);
      if (reading.kind === 'refused') {
        expect({ refused: reading.status, requests }).toEqual({ refused: 'refused' in expected ? expected.refused : 'nothing', requests: 0 });
        return;
      }
      if (reading.kind === 'incomplete') break;
      requests += 1;
      rest = bytes(reading.rest);
      // Where we read a request, node reads the same one.
      const nodes = await nodeReadsRequest(input.subarray(0, input.length - rest.length));
      expect(nodes).toMatchObject({ kind: 'complete', method: reading.head.method, body: reading.body });
      // The last one of a client that wants to speak something else.
      if (rest.length === 0 || reading.head.upgrade !== undefined) break;
    }
    expect({ requests }).toEqual(expected);
  });
});
