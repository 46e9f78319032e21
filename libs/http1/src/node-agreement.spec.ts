import fc from 'fast-check';
import { goodRequest, goodResponse, mutated } from './testing/messages.js';
import { nodeReadsRequest, nodeReadsResponse, type NodeReading } from './testing/node-reading.js';
import { bytes, readRequest, readResponse, type Reading } from './testing/read-message.js';
import type { RequestHead } from './request-head.js';
import type { ResponseHead } from './response-head.js';

// Node refuses these for other reasons than framing: methods it has no name for, and expectations.
const NOT_ABOUT_FRAMING = ['HPE_INVALID_METHOD', 'EXPECTATION'];

/** What we say about a message, in node's words. */
function inNodesWords(reading: Reading<RequestHead | ResponseHead>): NodeReading | undefined {
  if (reading.kind !== 'complete') return undefined;
  const { head, body, trailers } = reading;
  return {
    kind: 'complete',
    ...('method' in head ? { method: head.method, url: head.target } : { status: head.status }),
    fields: head.headers.fields.map(([name, value]) => [name, value]),
    body,
    trailers: trailers.map(([name, value]) => [name, value]),
  };
}

/**
 * We may be stricter than node; where we accept, node accepts and reads the same. Node gets the message as we delimit it, so
 * that it neither waits for more nor finds a second one.
 */
async function expectAgreement(
  input: Buffer,
  ours: Reading<RequestHead | ResponseHead>,
  askNode: (message: Buffer) => Promise<NodeReading>,
): Promise<void> {
  if (ours.kind !== 'complete') return;
  // node:http keeps interim responses to itself and waits for the final one.
  if ('status' in ours.head && ours.head.status < 200) return;
  const nodes = await askNode(input.subarray(0, input.length - ours.rest.length));
  if (nodes.kind === 'refused' && NOT_ABOUT_FRAMING.includes(nodes.code)) return;
  expect(nodes).toEqual(inNodesWords(ours));
}

describe('node:http and this codec', () => {
  it('read good requests alike', async () => {
    await fc.assert(
      fc.asyncProperty(goodRequest, async (text) => {
        expect(inNodesWords(readRequest([bytes(text)]))).toEqual(await nodeReadsRequest(bytes(text)));
      }),
      { numRuns: 400 },
    );
  });

  it('read good responses alike', async () => {
    await fc.assert(
      fc.asyncProperty(goodResponse, async (text) => {
        expect(inNodesWords(readResponse([bytes(text)]))).toEqual(await nodeReadsResponse(bytes(text)));
      }),
      { numRuns: 400 },
    );
  });

  it('read damaged requests alike, wherever we accept them', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(goodRequest), async (text) => {
        await expectAgreement(bytes(text), readRequest([bytes(text)]), nodeReadsRequest);
      }),
      { numRuns: 3000 },
    );
  });

  it('read damaged responses alike, wherever we accept them', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(goodResponse), async (text) => {
        await expectAgreement(bytes(text), readResponse([bytes(text)]), nodeReadsResponse);
      }),
      { numRuns: 3000 },
    );
  });
});
