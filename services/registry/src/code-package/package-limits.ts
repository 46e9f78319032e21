const MEBIBYTE = 1024 * 1024;

/** What a package may be at most. */
export interface PackageLimits {
  /** Bytes of the zip file. */
  readonly packedBytes: number;
  /** Bytes of all files together, counted while they are unpacked. */
  readonly unpackedBytes: number;
  /** Files, directories and links. Ours: what an instance can unpack in reasonable time. */
  readonly entries: number;
}

/** The documented limits of an upload through the API. */
export const PACKAGE_LIMITS: PackageLimits = { packedBytes: 50 * MEBIBYTE, unpackedBytes: 1500 * MEBIBYTE, entries: 50_000 };

/** Of code fetched from a bucket: documented. */
export const LINKED_PACKAGE_LIMITS: PackageLimits = { ...PACKAGE_LIMITS, packedBytes: 300 * MEBIBYTE };

/** Of a private dependency, however it comes: documented, as is that a request holds no more than 40 MB of it. */
export const LIBRARY_LIMITS: PackageLimits = { ...LINKED_PACKAGE_LIMITS, entries: 30_000 };
export const UPLOADED_LIBRARY_BYTES = 40 * MEBIBYTE;
