import { KNOWN_RUNTIMES } from '../function/function-settings.js';
import { refusal } from '../refusal.js';
import { badDependency } from './dependency.errors.js';

const NAME = /^[A-Za-z](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9])?$/;
const LONGEST_DESCRIPTION = 512;

/** The documented rule for names of dependencies; FSS.1024 otherwise. */
export function requireDependencyName(name: string): string {
  if (!NAME.test(name)) {
    throw badDependency(
      `The name ${JSON.stringify(name.slice(0, 80))} is not valid for a dependency. Use 1 to 96 letters, digits, underscores, periods and hyphens, beginning with a letter and ending with a letter or digit.`,
    );
  }
  return name;
}

/** FSS.1005 for a runtime that the API does not know, in the words its clients look for. */
export function requireKnownRuntime(runtime: string): string {
  if (!KNOWN_RUNTIMES.has(runtime)) {
    throw refusal('invalid', 'FSS.1005', 'RUNTIME_INVALID', `Invalid runtime. ${JSON.stringify(runtime.slice(0, 60))} is not one that the API knows: use http, or that of the libraries' language such as Node.js20.15.`);
  }
  return runtime;
}

/** FSS.1019 over 512 characters. */
export function readDependencyDescription(description: string): string {
  if (description.length > LONGEST_DESCRIPTION || description.includes('\0')) {
    throw refusal('invalid', 'FSS.1019', 'DESCRIPTION_TOO_LONG', `description has ${description.length} characters; ${LONGEST_DESCRIPTION} are allowed.`);
  }
  return description;
}
