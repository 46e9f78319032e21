import { invalidField, refusal } from '../refusal.js';

/** What a caller binds a ciphertext to: not secret, and to be repeated when it is opened. */
export interface EncryptionContext {
  readonly authenticatedData: string;
  /** The same as names and values. */
  readonly encryptionContext: Readonly<Record<string, string>>;
}

const LONGEST = 8192;

/** Fails with KMS.0308 or KMS.0208 for one that is too long. */
export function contextOfRequest(request: { additional_authenticated_data: string; encryption_context: Record<string, string> }): EncryptionContext {
  const { additional_authenticated_data: authenticatedData, encryption_context: encryptionContext } = request;
  if (authenticatedData.length > LONGEST) throw invalidField('additional_authenticated_data', `has at most ${LONGEST} characters`);
  if (canonicalContext(encryptionContext).length > LONGEST) {
    throw refusal('invalid', 'KMS.0208', 'INVALID_ENCRYPTION_CONTEXT', `The encryption_context is invalid: as JSON it has at most ${LONGEST} characters.`);
  }
  return { authenticatedData, encryptionContext };
}

/** One text for one context, in whatever order its names are given. */
export function canonicalContext(context: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)));
}
