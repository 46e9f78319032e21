/** Bounds on what is read before a message is understood. */
export interface HeadLimits {
  /** Bytes of start line and fields together, with line endings. */
  readonly maxHeadBytes: number;
  /** Bytes of the start line, with its line ending. */
  readonly maxStartLineBytes: number;
  readonly maxFields: number;
}

export const DEFAULT_HEAD_LIMITS: HeadLimits = {
  maxHeadBytes: 64 * 1024,
  maxStartLineBytes: 32 * 1024,
  maxFields: 200,
};
