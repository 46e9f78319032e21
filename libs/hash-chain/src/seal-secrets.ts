import { createHmac } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/**
 * The value with every member of one of the names, at any depth, replaced by `{"$sealed": HMAC-SHA-256}`. The key stays with
 * the platform, so that nobody can try short secrets against the seal; the event's id is part of what is hashed, so that equal
 * secrets of two events do not show as equal. Empty values say that nothing is kept, and stay.
 */
export function sealSecrets(value: unknown, secret: ReadonlySet<string>, key: Buffer, eventId: string): unknown {
  const seal = (inner: unknown, path: readonly (string | number)[]): unknown => {
    if (Array.isArray(inner)) return inner.map((item, index) => seal(item, [...path, index]));
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([name, member]) => {
        const at = [...path, name];
        return [name, secret.has(name) && !isEmpty(member) ? { $sealed: sealOf(member, at, key, eventId) } : seal(member, at)];
      }),
    );
  };
  return seal(value, []);
}

function sealOf(value: unknown, path: readonly (string | number)[], key: Buffer, eventId: string): string {
  return createHmac('sha256', key).update(canonicalJson([eventId, path, value])).digest('hex');
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
