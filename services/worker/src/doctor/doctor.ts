import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mayEnterNamespaces } from '../sandbox/sandbox-host.js';
import { examine } from './examine.js';
import { formatFindings, isWell } from './finding.js';

export const DOCTOR_HELP = `Usage: npm run worker -- doctor [--json]

Says for each limit and feature of the sandbox what this machine enforces and how, what is missing and how to get it.

  --json   print one JSON object: {"well": true, "findings": [{"name", "state", "how", "remedy"}]}
           states: yes, weaker, absent (not needed by every function), fails (no function can run)
  --help   print this

Set WINDLASS_RUNSC to the path of gVisor's runsc when it is not where programs are.

Exit code: 0 when everything is as documented, absent features aside; 1 when something is weaker or fails.
`;

/** Examines this machine and prints what it found. Answers the exit code. */
export async function doctor(args: readonly string[], runsc: string | undefined): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(DOCTOR_HELP);
    return 0;
  }
  const unknown = args.find((arg) => arg !== '--json');
  if (unknown !== undefined) {
    process.stderr.write(`doctor has no option ${unknown}; --help lists them\n`);
    return 1;
  }
  if (!mayEnterNamespaces(readFileSync('/proc/self/status', 'utf8'))) return asOwnRoot(args);
  const findings = await examine(runsc);
  const well = isWell(findings);
  process.stdout.write(args.includes('--json') ? `${JSON.stringify({ well, findings })}\n` : formatFindings(findings));
  return well ? 0 : 1;
}

/** An ordinary user's worker runs in a user namespace where it may enter those of its instances; so does its doctor. */
function asOwnRoot(args: readonly string[]): number {
  const run = spawnSync('unshare', ['--user', '--map-root-user', '--', process.execPath, process.argv[1] ?? '', 'doctor', ...args], { stdio: 'inherit' });
  if (run.error !== undefined) process.stderr.write(`unshare (util-linux) does not run: ${run.error.message}\n`);
  return run.status ?? 1;
}
