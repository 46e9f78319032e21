import { refusal } from '../refusal.js';

const NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,58}[A-Za-z0-9])?$/;
const RULE = 'Use 1 to 60 letters, digits, hyphens and underscores, beginning with a letter and ending with a letter or digit.';

/** The documented rule for function names; FSS.1002 otherwise. */
export function requireFunctionName(name: string): string {
  if (!NAME.test(name)) throw refusal('invalid', 'FSS.1002', 'FUNCTION_NAME_INVALID', `The function name ${shown(name)} is not valid. ${RULE}`);
  return name;
}

/** Packages (apps) follow the same rule; nothing means `default`. FSS.1004 otherwise. */
export function requirePackageName(name: string): string {
  if (name === '') return 'default';
  if (!NAME.test(name)) throw refusal('invalid', 'FSS.1004', 'PACKAGE_NAME_INVALID', `The package ${shown(name)} is not valid. ${RULE}`);
  return name;
}

function shown(name: string): string {
  return JSON.stringify(name.length <= 80 ? name : `${name.slice(0, 80)}…`);
}
