/** What of a function goes back to an earlier moment. */
export const ROLLBACK_PARTS = ['code', 'configuration', 'triggers'] as const;
export type RollbackPart = (typeof ROLLBACK_PARTS)[number];

/** What an event of a rollback says of it. */
export interface RollbackReference {
  /** The moment gone back to: RFC 3339, UTC. */
  readonly to: string;
  /** The event it was named by, if it was: "<transaction>.<number>". */
  readonly position?: string;
  readonly parts: readonly RollbackPart[];
  /** The plan that was carried out; one is carried out once. */
  readonly plan: string;
}
