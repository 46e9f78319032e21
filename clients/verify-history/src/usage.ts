import { parseArgs } from 'node:util';

export const USAGE = `Usage: verify-history EXPORT PUBLIC-KEY.pem [--earlier EXPORT] [--json]

Checks an exported history of a Windlass account without the platform.

  EXPORT              all pages of GET /windlass/v1/history/export, one after the other
  PUBLIC-KEY.pem      the platform's public key, or several, as GET /windlass/v1/history/keys shows them
  --earlier EXPORT    an export that was kept: what it says must still be so
  --json              the result as JSON
  --help              this text

Exit codes: 0 intact, 1 tampered with, 2 the files cannot be used.
`;

export interface Wanted {
  readonly exportFile: string;
  readonly keyFile: string;
  readonly earlierFile: string | undefined;
  readonly json: boolean;
}

/** What is wrong with the command line or with a file: exit code 2. */
export class Unusable extends Error {}

/** Undefined for --help. */
export function readArguments(args: readonly string[]): Wanted | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const [exportFile, keyFile, ...rest] = positionals;
  if (exportFile === undefined || keyFile === undefined) throw new Unusable('An export and a public key are needed; --help tells more.');
  if (rest.length > 0) throw new Unusable(`"${rest[0]}" is one file too many; --help tells more.`);
  return { exportFile, keyFile, earlierFile: values.earlier, json: values.json === true };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { earlier: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    throw new Unusable(`${(error as Error).message} --help tells more.`);
  }
}
