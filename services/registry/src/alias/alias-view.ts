import { VersionAlias } from '@windlass/contracts/registry/v1/alias_service';
import { functionUrn } from '../function/function-urn.js';
import type { FunctionRecord } from '../function/function.state.js';
import type { AliasRecord } from './alias.state.js';

/** The alias as the documented API shows it. */
export function viewAlias(of: Pick<FunctionRecord, 'region' | 'projectId' | 'package' | 'name'>, alias: AliasRecord): VersionAlias {
  const { name, version, description, additional, modifiedAt } = alias;
  return VersionAlias.fromPartial({
    name,
    version,
    description,
    last_modified: modifiedAt,
    alias_urn: `${functionUrn(of.region, of)}:!${name}`,
    additional_version_weights: additional?.kind === 'weight' ? { [additional.version]: additional.percent } : {},
    additional_version_strategy:
      additional?.kind === 'rules' ? { [additional.version]: { rules: [...additional.rules], combine_type: additional.combineType } } : {},
  });
}
