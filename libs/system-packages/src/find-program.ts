import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of an executable of this machine. `searchPath` is what PATH holds; the folders of administrators are looked at too. */
export function findProgram(name: string, searchPath: string | undefined): string | undefined {
  const folders = [...(searchPath ?? '').split(delimiter).filter((folder) => folder !== ''), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
