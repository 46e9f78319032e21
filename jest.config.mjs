// All packages in one run: one summary, one transform cache, one pool of test processes.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;
const packages = ['libs', 'services', 'clients'].flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`));
const projects = [...packages, 'deploy/standalone', 'deploy/kafka-local', 'deploy/simulation', 'e2e', 'scripts'].filter((folder) => existsSync(join(root, folder, 'jest.config.mjs')));

export default { projects: projects.map((folder) => `<rootDir>/${folder}`), maxWorkers: 2, testTimeout: 120_000 };
