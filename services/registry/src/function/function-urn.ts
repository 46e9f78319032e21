import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

/** What of a function a URN means: all of it, one version, or what an alias points to. */
export type Qualifier =
  | { readonly kind: 'none' }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'alias'; readonly alias: string };

/** A function by name, in the project of the caller. */
export interface FunctionAddress {
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
  readonly qualifier: Qualifier;
}

/** Where a URN that leaves out its beginning belongs: the platform's region and the caller's project. */
export interface UrnHome {
  readonly region: string;
  readonly projectId: string;
}

export const LATEST = 'latest';
const DEFAULT_PACKAGE = 'default';

/**
 * Reads a function URN in all documented forms (API "Function Model"): `name`, `package:name`, `project:package:name`,
 * `project:package:name:version`, the full URN without and with a version; an alias is a version that begins with `!`.
 * Fails with FSS.1309 when it is none of these, and with FSS.1051 when it names another project or region: nobody learns
 * what exists elsewhere.
 */
export function parseFunctionUrn(urn: string, home: UrnHome): FunctionAddress {
  const parts = urn.split(':');
  if (parts.some((part) => part === '') || urn.includes('\0')) throw malformed(urn);
  switch (parts.length) {
    case 1:
    case 2: {
      const [name = '', packageName = DEFAULT_PACKAGE] = [...parts].reverse();
      return { projectId: home.projectId, package: packageName, name, qualifier: { kind: 'none' } };
    }
    case 3:
    case 4:
      return address(parts, urn, home);
    case 7:
    case 8: {
      const [scheme, service, region, projectId = '', resource, ...rest] = parts;
      if (scheme !== 'urn' || service !== 'fss' || resource !== 'function') throw malformed(urn);
      if (region !== home.region) throw functionMissing(urn);
      return address([projectId, ...rest], urn, home);
    }
    default:
      throw malformed(urn);
  }
}

function address(parts: readonly string[], urn: string, home: UrnHome): FunctionAddress {
  const [projectId = '', packageName = '', name = '', version] = parts;
  if (projectId !== home.projectId) throw functionMissing(urn);
  return { projectId, package: packageName, name, qualifier: qualifier(version, urn) };
}

function qualifier(version: string | undefined, urn: string): Qualifier {
  if (version === undefined) return { kind: 'none' };
  if (!version.startsWith('!')) return { kind: 'version', version };
  if (version.length === 1) throw malformed(urn);
  return { kind: 'alias', alias: version.slice(1) };
}

/** The URN without a version. */
export function functionUrn(region: string, of: { projectId: string; package: string; name: string }): string {
  return `urn:fss:${region}:${of.projectId}:function:${of.package}:${of.name}`;
}

/** The qualifier as the end of a URN has it: "latest" for none, the name of a version, or "!" and that of an alias. */
export function qualifierText(qualifier: Qualifier): string {
  switch (qualifier.kind) {
    case 'none':
      return LATEST;
    case 'version':
      return qualifier.version;
    case 'alias':
      return `!${qualifier.alias}`;
  }
}

export function functionMissing(urn: string): WindlassError {
  return refusal('not_found', 'FSS.1051', 'FUNCTION_NOT_FOUND', `Not found the function ${shortened(urn)}.`);
}

function malformed(urn: string): WindlassError {
  return refusal(
    'invalid',
    'FSS.1309',
    'FUNCTION_URN_INVALID',
    `"${shortened(urn)}" is not a function URN. Use urn:fss:<region>:<project_id>:function:<package>:<name>[:<version>].`,
  );
}

function shortened(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
