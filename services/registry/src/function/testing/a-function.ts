import type { AdditionalVersion, AliasRecord } from '../../alias/alias.state.js';
import type { FunctionEvent } from '../function.events.js';
import { NO_AGENCIES, USUAL_CONFINEMENT, type FunctionRecord } from '../function.state.js';

/** A function as tests need one; override what the test is about. */
export function aFunction(change: Partial<FunctionRecord> = {}): FunctionRecord {
  return {
    funcId: 'f1',
    domainId: 'd1',
    projectId: 'p1',
    region: 'local-1',
    package: 'default',
    name: 'hello',
    runtime: 'http',
    code: { type: 'zip', filename: 'hello.zip', digest: 'aa', sizeBytes: 100, imageName: 'latest-260101000000@abcde' },
    settings: {
      handler: '-',
      memoryMb: 128,
      timeoutSeconds: 3,
      initializerTimeoutSeconds: 0,
      ephemeralStorageMb: 512,
      description: '',
      enterpriseProjectId: '0',
      userData: '',
      agencies: NO_AGENCIES,
      confinement: USUAL_CONFINEMENT,
    },
    secrets: {},
    scaling: { maxInstances: 400, instanceConcurrency: 1 },
    logs: { enabled: true, groupId: 'g', groupName: 'gn', streamId: 's', streamName: 'sn', tags: {} },
    createdAt: '2026-01-01T00:00:00.000Z',
    modifiedAt: '2026-01-01T00:00:00.000Z',
    ...change,
  };
}

export const created = (change: Partial<FunctionRecord> = {}): FunctionEvent => ({ type: 'FunctionCreated', data: { function: aFunction(change) } });
export const deleted: FunctionEvent = { type: 'FunctionDeleted', data: { function: aFunction() } };
export const LATER = '2026-02-02T00:00:00.000Z';

/** The publication of the function as it stands, under a name. */
export const published = (name: string, change: Partial<FunctionRecord> = {}): FunctionEvent => ({
  type: 'VersionPublished',
  data: { version: { name, description: '', function: aFunction({ modifiedAt: LATER, ...change }) } },
});

export const OWNER = { funcId: 'f1', domainId: 'd1' };

export function anAlias(name: string, version: string, additional?: AdditionalVersion): AliasRecord {
  return { name, version, description: '', ...(additional && { additional }), createdAt: LATER, modifiedAt: LATER };
}

export const aliased = (name: string, version: string, additional?: AdditionalVersion): FunctionEvent => ({
  type: 'AliasCreated',
  data: { of: OWNER, alias: anAlias(name, version, additional) },
});

export const weight = (version: string, percent: number): AdditionalVersion => ({ kind: 'weight', version, percent });
