import { isDeepStrictEqual } from 'node:util';
import { NO_WRAPS, withWraps, wrappedKeys, type VersionWraps } from '../customer-key/version-wraps.js';
import { functionMissing } from '../function/function-urn.js';
import type { FunctionEvent } from '../function/function.events.js';
import { evolveFunction, NO_FUNCTION, type FunctionRecord, type FunctionState } from '../function/function.state.js';
import { refusal } from '../refusal.js';

export interface PublishVersion {
  readonly urn: string;
  readonly name: string;
  readonly description: string;
  /** The digest the code must have; empty for any. */
  readonly digest: string;
  /** Its data keys, wrapped for the version; absent where it has none. */
  readonly wraps?: VersionWraps;
  readonly now: string;
}

/** Of one function, the working version among them ("Notes and Constraints"). */
const MOST_VERSIONS = 20;

function decide(state: FunctionState, { urn, name, description, digest, wraps, now }: PublishVersion): readonly FunctionEvent[] {
  if (state.status !== 'active') throw functionMissing(urn);
  const { function: working, versions } = state;
  if (digest !== '' && digest !== working.code.digest) {
    throw refusal(
      'precondition_failed',
      'FSS.0428',
      'DIGEST_MISMATCH',
      `The function's code has the digest ${working.code.digest} (SHA-512), not the one that was given: somebody has changed it meanwhile.`,
    );
  }
  if (versions.some((version) => version.name === name)) {
    throw refusal('conflict', 'FSS.1062', 'VERSION_EXISTS', `The function already has a version ${name}.`);
  }
  if (versions.length + 1 >= MOST_VERSIONS) {
    throw refusal(
      'quota_exceeded',
      'FSS.0403',
      'VERSION_QUOTA_EXCEEDED',
      `The function has ${MOST_VERSIONS} versions, latest among them, which is the most it may have. Delete one it no longer needs.`,
    );
  }
  const last = versions.at(-1);
  if (last !== undefined && isDeepStrictEqual(substance(last.function), substance(working))) {
    throw refusal('invalid', 'FSS.1016', 'NOTHING_CHANGED', `Neither code nor configuration has changed since the version ${last.name} was published.`);
  }
  const published = withWraps(working, wraps ?? NO_WRAPS);
  if (published === undefined) throw refusal('conflict', 'FSS.0409', 'FUNCTION_CHANGED', 'Somebody has changed what the function has under customers\' keys meanwhile. Publish it again.');
  return [{ type: 'VersionPublished', data: { version: { name, description, function: { ...published, modifiedAt: now } } } }];
}

/** What makes one version another than the last: not when it was changed, nor which enterprise project it is counted under, nor whom a data key is wrapped for. */
function substance(record: FunctionRecord): object {
  const { modifiedAt: _modifiedAt, settings, code, environmentSeal, ...rest } = withWraps(record, { of: wrappedKeys(record), to: { code: '', environment: '' } }) ?? record;
  return { ...rest, environmentSeal, code: { ...code, imageName: '' }, settings: { ...settings, enterpriseProjectId: '' } };
}

export const publishVersion = { initial: NO_FUNCTION, decide, evolve: evolveFunction };
