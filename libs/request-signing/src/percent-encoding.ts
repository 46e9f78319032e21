// Bytes travel here as "binary" strings, one char a byte: any octet a client escapes survives, valid UTF-8 or not.

/** The UTF-8 bytes of `text` with its %XX escapes resolved. A "%" that starts no escape stays what it is. */
export function decodeToBytes(text: string): string {
  return toBytes(text).replace(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The UTF-8 bytes of `text` as they stand. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Escapes every byte but A-Z a-z 0-9 - _ . ~ as %XX in capitals. */
export function encodeBytes(bytes: string): string {
  return bytes.replace(/[^A-Za-z0-9\-_.~]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
