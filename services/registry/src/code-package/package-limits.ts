const MEBIBYTE = 1024 * 1024;

/** What a package may be at most. The defaults are the documented limits of an upload through the API. */
export interface PackageLimits {
  /** Bytes of the zip file. */
  readonly packedBytes: number;
  /** Bytes of all files together, counted while they are unpacked. */
  readonly unpackedBytes: number;
  /** Files, directories and links. Ours: what an instance can unpack in reasonable time. */
  readonly entries: number;
}

export const PACKAGE_LIMITS: PackageLimits = { packedBytes: 50 * MEBIBYTE, unpackedBytes: 1500 * MEBIBYTE, entries: 50_000 };
