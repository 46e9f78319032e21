/** What a tenant may make: keys that encrypt, and key pairs that sign. */
export const TENANT_KEY_SPECS = ['AES_256', 'RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_P256', 'EC_P384'] as const;

/** ED25519 is the platform's own, for what it signs itself. */
export type KeySpec = (typeof TENANT_KEY_SPECS)[number] | 'ED25519';
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY';

/** The one usage of each kind of key: key pairs sign and do not encrypt. */
export function usageOf(spec: KeySpec): KeyUsage {
  return spec === 'AES_256' ? 'ENCRYPT_DECRYPT' : 'SIGN_VERIFY';
}
