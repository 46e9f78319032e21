import { isDeepStrictEqual } from 'node:util';
import { unknownEvent } from '@windlass/event-store';
import type { AliasRecord } from '../alias/alias.state.js';
import type { AttachedDependency } from '../dependency/dependency.state.js';
import type { FunctionTag } from '../function-tag/function-tag.js';
import type { TestEventRecord } from '../test-event/test-event.js';
import type { PublishedVersion } from '../version/version.state.js';
import type { FunctionEvent } from './function.events.js';

/** Where a function's output goes. Tags become labels of each line. */
export type LogSettings =
  | { readonly enabled: false; readonly tags: Readonly<Record<string, string>> }
  | {
      readonly enabled: true;
      readonly groupId: string;
      readonly groupName: string;
      readonly streamId: string;
      readonly streamName: string;
      readonly tags: Readonly<Record<string, string>>;
    };

/** A data key that a customer's key has wrapped for one version of one function. What lies under it opens for nothing else. */
export interface KeySeal {
  /** As the tenant named the key: its id, or functiongraph/default. */
  readonly key: string;
  readonly keyId: string;
  /** Hex. */
  readonly wrappedKey: string;
}

/** A package that lies encrypted. */
export interface CodeSeal extends KeySeal {
  /** Hex SHA-512 of the bytes that are stored. */
  readonly storedDigest: string;
}

/** Environment variables that lie encrypted: user_data here, and each value of encrypted_user_data in the function's secrets. */
export interface EnvironmentSeal extends KeySeal {
  /** The encrypted text of user_data. */
  readonly userData: string;
}

export interface FunctionCodeReference {
  readonly type: 'zip' | 'inline' | 'jar' | 'obs';
  readonly filename: string;
  /** Hex SHA-512 of the package. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly imageName: string;
  /** Where code of the type obs was fetched from. */
  readonly url?: string;
  /** Laid over the code in this order; absent where there are none. */
  readonly dependencies?: readonly AttachedDependency[];
  /** Absent where the package lies as it is. */
  readonly sealed?: CodeSeal;
}

/** What the store knows a package by. */
export function storedDigest({ digest, sealed }: Pick<FunctionCodeReference, 'digest' | 'sealed'>): string {
  return sealed?.storedDigest ?? digest;
}

/** The same package under the same name and key, with the same beside it, is the same code, however often it was uploaded. */
export function isSameCode(a: FunctionCodeReference, b: FunctionCodeReference): boolean {
  const substance = ({ digest, type, filename, url, sealed, dependencies = [] }: FunctionCodeReference): unknown[] => [digest, type, filename, url, sealed?.key, sealed?.keyId, dependencies.map(({ id }) => id)];
  return isDeepStrictEqual(substance(a), substance(b));
}

/** The agencies of its account that a function acts through; an empty name is none. */
export interface FunctionAgencies {
  /** Names the one for what the platform does on behalf of the function (xrole). */
  readonly configuration: string;
  /** Names the one of the running function (app_xrole); without a name it is the other. */
  readonly execution: string;
  /** Whether requests bring credentials of the running function's agency. */
  readonly credentialsInHeaders: boolean;
}

/** How the instances of a function are shut in. */
export interface Confinement {
  /** Whether they reach the public network. */
  readonly publicAccess: boolean;
  /** Whether they ask for the stronger isolation class. */
  readonly strongIsolation: boolean;
}

/** What a PUT of the configuration replaces as a whole. */
export interface FunctionSettings {
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** 0 leaves the time to start to the platform. */
  readonly initializerTimeoutSeconds: number;
  /** Absent where an instance serves as soon as it listens. */
  readonly initializerHandler?: string;
  /** Absent where the app is told of its end by SIGTERM alone. */
  readonly preStop?: { readonly handler: string; readonly timeoutSeconds: number };
  readonly ephemeralStorageMb: number;
  readonly description: string;
  readonly enterpriseProjectId: string;
  /** JSON text exactly as the tenant wrote it; empty where it lies under a customer's key. */
  readonly userData: string;
  readonly agencies: FunctionAgencies;
  readonly confinement: Confinement;
  /** Absent where answers are given whole. */
  readonly streamsResponse?: true;
}

/** The enterprise project of a function that names none. */
export const DEFAULT_ENTERPRISE_PROJECT = '0';
export const NO_AGENCIES: FunctionAgencies = { configuration: '', execution: '', credentialsInHeaders: false };
export const USUAL_CONFINEMENT: Confinement = { publicAccess: true, strongIsolation: false };

export interface Scaling {
  /** Instances at once: -1 without limit, 0 disabled. */
  readonly maxInstances: number;
  /** Requests one instance handles at once. */
  readonly instanceConcurrency: number;
}

/** The working version of a function, complete. */
export interface FunctionRecord {
  readonly funcId: string;
  readonly domainId: string;
  readonly projectId: string;
  readonly region: string;
  readonly package: string;
  readonly name: string;
  readonly runtime: 'http';
  readonly code: FunctionCodeReference;
  readonly settings: FunctionSettings;
  /** Values of encrypted_user_data, each encrypted for this function, by name: with the platform's key, or under a customer's. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Absent where no customer's key protects the environment. */
  readonly environmentSeal?: EnvironmentSeal;
  readonly scaling: Scaling;
  readonly logs: LogSettings;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly modifiedAt: string;
}

/** A function that is there, with all that lives and ends with it. */
export interface ActiveFunction {
  readonly status: 'active';
  /** The working version. */
  readonly function: FunctionRecord;
  /** In the order in which they were published. */
  readonly versions: readonly PublishedVersion[];
  /** In the order in which they were created. */
  readonly aliases: readonly AliasRecord[];
  /** In the order in which they were put on. */
  readonly tags: readonly FunctionTag[];
  /** In the order in which they were created. */
  readonly testEvents: readonly TestEventRecord[];
  /** The moment it was last brought back to: RFC 3339, UTC. */
  readonly rolledBackTo?: string;
}

type LaterSettings = 'agencies' | 'confinement';

/** A function as events told it before it had all of today's settings, with what was the rule then. */
export function withEverySetting(record: Omit<FunctionRecord, 'settings'> & { readonly settings: Omit<FunctionSettings, LaterSettings> & Partial<Pick<FunctionSettings, LaterSettings>> }): FunctionRecord {
  const { enterpriseProjectId, agencies = NO_AGENCIES, confinement = USUAL_CONFINEMENT } = record.settings;
  return { ...record, settings: { ...record.settings, enterpriseProjectId: enterpriseProjectId || DEFAULT_ENTERPRISE_PROJECT, agencies, confinement } };
}

export type FunctionState = { readonly status: 'absent' } | ActiveFunction | { readonly status: 'deleted' };

export const NO_FUNCTION: FunctionState = { status: 'absent' };

export function evolveFunction(state: FunctionState, event: FunctionEvent): FunctionState {
  switch (event.type) {
    case 'FunctionCreated':
      return {
        status: 'active',
        function: event.data.function,
        versions: [],
        aliases: [],
        tags: [],
        testEvents: [],
        ...(event.data.rollback && { rolledBackTo: event.data.rollback.to }),
      };
    case 'FunctionDeleted':
      return { status: 'deleted' };
    default:
      return state.status === 'active' ? evolveActive(state, event) : misplaced(event);
  }
}

function evolveActive(state: ActiveFunction, event: Exclude<FunctionEvent, { type: 'FunctionCreated' | 'FunctionDeleted' }>): ActiveFunction {
  const { versions, aliases, testEvents } = state;
  switch (event.type) {
    case 'FunctionCodeReplaced':
    case 'FunctionConfigReplaced':
    case 'FunctionMaxInstancesChanged':
      return { ...state, function: event.data.function };
    case 'FunctionRolledBack':
      return { ...state, function: event.data.function, rolledBackTo: event.data.rollback.to };
    case 'FunctionTriggersRolledBack':
      return { ...state, rolledBackTo: event.data.rollback.to };
    case 'VersionPublished':
      return { ...state, versions: [...versions, event.data.version] };
    case 'VersionDeleted':
      return { ...state, versions: versions.filter(({ name }) => name !== event.data.version.name) };
    case 'AliasCreated':
      return { ...state, aliases: [...aliases, event.data.alias] };
    case 'AliasChanged':
      return { ...state, aliases: aliases.map((alias) => (alias.name === event.data.alias.name ? event.data.alias : alias)) };
    case 'AliasDeleted':
      return { ...state, aliases: aliases.filter(({ name }) => name !== event.data.alias.name) };
    case 'FunctionTagsChanged':
      return { ...state, tags: event.data.tags };
    case 'TestEventKept': {
      const { testEvent } = event.data;
      const known = testEvents.some(({ id }) => id === testEvent.id);
      return { ...state, testEvents: known ? testEvents.map((other) => (other.id === testEvent.id ? testEvent : other)) : [...testEvents, testEvent] };
    }
    case 'TestEventDeleted':
      return { ...state, testEvents: testEvents.filter(({ id }) => id !== event.data.testEvent.id) };
    default:
      return unknownEvent(event);
  }
}

function misplaced(event: FunctionEvent): never {
  throw new Error(`The stream of a function holds ${event.type} at a point where there is no function.`);
}

/** The function after a command that leaves one; anything else is a mistake of this program. */
export function activeFunction(state: FunctionState): FunctionRecord {
  if (state.status !== 'active') throw new Error(`the function is ${state.status}, must be active`);
  return state.function;
}
