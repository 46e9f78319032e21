import type { IsolationDemand } from '@windlass/accounts';
import { refusal } from '../refusal.js';
import { readAgencies, type AgencyFields } from './agency-settings.js';
import { readConfinement, type ConfinementFields } from './confinement-settings.js';
import { DEFAULT_ENTERPRISE_PROJECT, type FunctionSettings } from './function.state.js';
import { readLifecycle, type LifecycleFields } from './lifecycle-settings.js';
import { parseUserData } from './user-data.js';

/** The configuration fields that creating a function and replacing its configuration have in common. */
export interface SettingsFields extends AgencyFields, ConfinementFields, LifecycleFields {
  readonly runtime: string;
  readonly timeout?: number | undefined;
  readonly handler: string;
  readonly memory_size?: number | undefined;
  readonly user_data: string;
  readonly description: string;
  readonly enterprise_project_id: string;
  readonly ephemeral_storage?: number | undefined;
  readonly is_return_stream?: boolean;
  readonly type?: string;
}

const MEMORY_SIZES = [128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 8192, 10240];
const TIMEOUT = { least: 3, most: 900 };
const EPHEMERAL_STORAGE_SIZES = [512, 10240];
const LONGEST_HANDLER = 128;
const LONGEST_DESCRIPTION = 512;
/** What the console stores for an HTTP function, whose handler lives in its bootstrap file. */
const HTTP_HANDLER = '-';

const OTHER_RUNTIMES = new Set(
  [
    'Java8 Java11 Java17 Java21 Python2.7 Python3.6 Python3.9 Python3.10 Python3.12 Go1.8 Go1.x Custom PHP7.3 PHP8.3 Cangjie1.0',
    'Node.js6.10 Node.js8.10 Node.js10.16 Node.js12.13 Node.js14.18 Node.js16.17 Node.js18.15 Node.js20.15',
  ].flatMap((names) => names.split(' ')),
);
for (const name of ['C#(.NET Core 2.0)', 'C#(.NET Core 2.1)', 'C#(.NET Core 3.1)', 'C#(.NET Core 6.0)', 'Custom Image']) OTHER_RUNTIMES.add(name);

/** All that the API knows. */
export const KNOWN_RUNTIMES: ReadonlySet<string> = new Set(['http', ...OTHER_RUNTIMES]);

/**
 * Reads and checks a configuration by the documented rules (create function; constraints), each failure under its own code.
 * `memory_size` and `timeout` are mandatory; other fields have the documented defaults. `demand`: what its account
 * demands of the isolation of all functions.
 */
export function readSettings(fields: SettingsFields, demand: IsolationDemand): FunctionSettings {
  requireHttpRuntime(fields.runtime);
  requireTypeV2(fields.type ?? '');
  const settings = {
    handler: readHandler(fields.handler),
    memoryMb: readMemory(fields.memory_size),
    timeoutSeconds: readTimeout(fields.timeout),
    ...readLifecycle(fields),
    ephemeralStorageMb: readEphemeralStorage(fields.ephemeral_storage),
    description: readDescription(fields.description),
    enterpriseProjectId: readEnterpriseProject(fields.enterprise_project_id),
    userData: fields.user_data,
    agencies: readAgencies(fields),
    confinement: readConfinement(fields, demand),
    ...(fields.is_return_stream === true ? { streamsResponse: true as const } : {}),
  };
  parseUserData('user_data', fields.user_data);
  return settings;
}

function requireHttpRuntime(runtime: string): void {
  if (runtime === 'http') return;
  const bad = (message: string): Error => refusal('invalid', 'FSS.1005', 'RUNTIME_INVALID', message);
  if (runtime === '') throw bad('runtime is missing. This installation runs HTTP functions: use http.');
  if (!OTHER_RUNTIMES.has(runtime)) {
    throw bad(`The runtime ${JSON.stringify(runtime.slice(0, 60))} is not known. This installation runs HTTP functions: use http.`);
  }
  throw bad(`The runtime ${runtime} is not available on this installation, which runs HTTP functions: use http and bootstrap.`);
}

function requireTypeV2(type: string): void {
  if (type !== '' && type !== 'v2') {
    throw refusal(
      'invalid',
      'FSS.0400',
      'FUNCTION_TYPE_INVALID',
      'type is v2 for every function of this installation. Leave it out.',
    );
  }
}

function readHandler(handler: string): string {
  if (handler.length > LONGEST_HANDLER || handler.includes('\0')) {
    throw refusal(
      'invalid',
      'FSS.1003',
      'HANDLER_INVALID',
      `handler has at most ${LONGEST_HANDLER} characters. For an HTTP function it says nothing: use "-".`,
    );
  }
  return handler === '' ? HTTP_HANDLER : handler;
}

function readMemory(megabytes: number | undefined): number {
  if (megabytes === undefined || !MEMORY_SIZES.includes(megabytes)) {
    const given = megabytes === undefined ? 'is missing' : `is ${megabytes}`;
    throw refusal('invalid', 'FSS.1007', 'MEMORY_INVALID', `memory_size ${given}. Use one of ${MEMORY_SIZES.join(', ')} (MB).`);
  }
  return megabytes;
}

function readTimeout(seconds: number | undefined): number {
  if (seconds === undefined || seconds < TIMEOUT.least || seconds > TIMEOUT.most) {
    const given = seconds === undefined ? 'is missing' : `is ${seconds}`;
    throw refusal(
      'invalid',
      'FSS.1008',
      'TIMEOUT_INVALID',
      `timeout ${given}. An HTTP function may take ${TIMEOUT.least} to ${TIMEOUT.most} seconds for a request; long executions are for event functions.`,
    );
  }
  return seconds;
}

function readEphemeralStorage(megabytes: number | undefined): number {
  if (megabytes === undefined || megabytes === 0) return 512;
  if (!EPHEMERAL_STORAGE_SIZES.includes(megabytes)) {
    throw refusal(
      'invalid',
      'FSS.0400',
      'EPHEMERAL_STORAGE_INVALID',
      `ephemeral_storage is ${megabytes}. Use ${EPHEMERAL_STORAGE_SIZES.join(' or ')} (MB).`,
    );
  }
  return megabytes;
}

function readDescription(description: string): string {
  if (description.length > LONGEST_DESCRIPTION || description.includes('\0')) {
    throw refusal(
      'invalid',
      'FSS.1019',
      'DESCRIPTION_TOO_LONG',
      `description has ${description.length} characters; ${LONGEST_DESCRIPTION} are allowed.`,
    );
  }
  return description;
}

function readEnterpriseProject(id: string): string {
  if (!/^(0|[0-9a-f-]{36})?$/.test(id)) {
    throw refusal('invalid', 'FSS.0400', 'ENTERPRISE_PROJECT_INVALID', 'enterprise_project_id is 0 or the id of an enterprise project.');
  }
  return id === '' ? DEFAULT_ENTERPRISE_PROJECT : id;
}
