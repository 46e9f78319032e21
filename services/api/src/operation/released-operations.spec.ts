import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDescriptors } from '@windlass/contracts';
import type { Operation } from './operation.js';
import { pathShape } from './path-template.js';
import { readOperations } from './read-operations.js';

// Messages are held against the last release by buf; what the options say of REST is held here.
const RELEASED = readFileSync(join(import.meta.dirname, '../../../../proto/baseline.binpb'));

/** What a client of an operation depends on: where it is, which part of the request is its body, what it answers and what it needs. */
function promise(operation: Operation): object {
  const { method, segments, body, responseBody, successStatus, action, errors } = operation;
  return { route: `${method} ${pathShape(segments)}`, body, responseBody, successStatus, action, errors };
}

function promises(descriptors: Uint8Array): ReadonlyMap<string, object> {
  return new Map(readOperations(descriptors).map((operation) => [operation.rpcPath, promise(operation)]));
}

/** Operations of the release that are gone or are not what they were. */
function broken(now: ReadonlyMap<string, object>): string[] {
  return [...promises(RELEASED)].filter(([name, released]) => JSON.stringify(now.get(name)) !== JSON.stringify(released)).map(([name]) => name);
}

describe('the REST operations of the last release', () => {
  it('are where they were, and answer as they did', () => {
    expect(broken(promises(readDescriptors()))).toEqual([]);
  });

  it('are missed when they are gone or moved', () => {
    const [gone, moved] = ['/windlass.registry.v1.FunctionService/DeleteFunction', '/windlass.registry.v1.FunctionService/ListFunctions'] as const;
    const now = new Map(promises(readDescriptors()));
    now.delete(gone);
    now.set(moved, { ...now.get(moved), successStatus: 202 });
    expect(broken(now).sort()).toEqual([gone, moved]);
  });
});
