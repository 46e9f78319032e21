import type { RollbackFunctionRequest } from '@windlass/contracts/registry/v1/rollback_service';
import { ROLLBACK_PARTS, type RollbackPart } from './rollback-reference.js';
import { rollbackInvalid } from './rollback.errors.js';

export interface RollbackOrder {
  /** In one order, each once. */
  readonly parts: readonly RollbackPart[];
  /** What is to be carried out; undefined only shows it. */
  readonly plan: string | undefined;
}

/** FSS.0400 for parts that are none, and for a run without the plan of a dry run: nobody goes back without having looked. */
export function readRollback({ parts, plan, dry_run: dryRun }: Pick<RollbackFunctionRequest, 'parts' | 'plan' | 'dry_run'>): RollbackOrder {
  const stranger = parts.find((part) => !ROLLBACK_PARTS.some((known) => known === part));
  if (stranger !== undefined) {
    throw rollbackInvalid('ROLLBACK_PARTS_INVALID', `parts names ${JSON.stringify(stranger.slice(0, 60))}. Use ${ROLLBACK_PARTS.join(', ')}, or leave it out for all of them.`);
  }
  if (dryRun && plan !== '') throw rollbackInvalid('ROLLBACK_PLAN_INVALID', 'A dry run makes a plan and takes none. Leave plan out, or dry_run.');
  if (!dryRun && !/^[\w-]{43}$/.test(plan)) {
    throw rollbackInvalid('ROLLBACK_PLAN_INVALID', `plan ${plan === '' ? 'is missing' : 'is not one'}: make a dry run (dry_run: true) first and send the plan that it answers.`);
  }
  return { parts: ROLLBACK_PARTS.filter((part) => parts.length === 0 || parts.includes(part)), plan: dryRun ? undefined : plan };
}
