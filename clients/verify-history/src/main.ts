#!/usr/bin/env node
import { readKeys } from './read-keys.js';
import { EXIT, jsonReport, textReport } from './report.js';
import { readArguments, Unusable, USAGE } from './usage.js';
import { verifyExport } from './verify-export.js';

try {
  const wanted = readArguments(process.argv.slice(2));
  if (wanted === undefined) {
    process.stdout.write(USAGE);
  } else {
    const verification = await verifyExport(wanted, readKeys(wanted.keyFile));
    process.stdout.write(wanted.json ? jsonReport(verification) : textReport(verification));
    process.exitCode = verification.history.intact ? EXIT.intact : EXIT.tampered;
  }
} catch (error) {
  if (!(error instanceof Unusable)) throw error;
  process.stderr.write(`verify-history: ${error.message}\n`);
  process.exitCode = EXIT.unusable;
}
