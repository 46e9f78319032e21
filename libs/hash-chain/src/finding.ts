/** What is wrong with an event, named by its place. */
export interface EventFinding {
  readonly kind: 'altered' | 'missing' | 'inserted' | 'reordered';
  readonly service: string;
  readonly streamId: string;
  readonly version: number;
  readonly position: string;
  readonly message: string;
}

/** What is wrong with the seals themselves. */
export interface SealFinding {
  /**
   * - `seals_altered`: a service's sealed events do not lead to the root a checkpoint signs.
   * - `checkpoint_altered`: it does not have the hash it says, or names another one before it.
   * - `checkpoint_missing`: one of the account's checkpoints is not there.
   * - `signature_invalid`: none of the keys signed it.
   */
  readonly kind: 'seals_altered' | 'checkpoint_altered' | 'checkpoint_missing' | 'signature_invalid';
  readonly checkpoint: number;
  readonly message: string;
}

/** A reason to say that history is not what it was. */
export type Finding = EventFinding | SealFinding;

export function isAboutEvent(finding: Finding): finding is EventFinding {
  return 'streamId' in finding;
}

interface Named {
  readonly position: string;
  readonly streamId: string;
  readonly version: number;
}

/** "iam, stream user-1, version 3, position iam:771.12": where a finding is. */
export function placeOf(service: string, { streamId, version, position }: Named): string {
  return `${service}, stream ${streamId}, version ${version}, position ${position}`;
}
