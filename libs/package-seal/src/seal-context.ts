/** Length of a data key in bytes: AES-256. */
export const DATA_KEY_BYTES = 32;

/** Whose something is and what it is: not secret, authenticated with it, and to be repeated exactly when it is opened. */
export type SealContext = Readonly<Record<string, string>>;

/** What was to be opened is not what was sealed under this key for this context. Which of them differs is not told. */
export class SealBroken extends Error {
  constructor(detail: string) {
    super(`The seal does not open: ${detail}.`);
    this.name = 'SealBroken';
  }
}

/** One encoding for one context, in whatever order its names are given. */
export function encodeContext(context: SealContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}

export function requireDataKey(key: Uint8Array): void {
  if (key.length !== DATA_KEY_BYTES) throw new RangeError(`a data key has ${DATA_KEY_BYTES} bytes, this one has ${key.length}`);
}
