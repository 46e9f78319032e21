// A worker that starts one instance, freezes it when it is told "frozen", says its pid and waits to be killed.
import { createInstanceHost, startInstance, type InstanceSpec } from '../index.js';

const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const host = await createInstanceHost({ logger, runsc: process.env['WINDLASS_RUNSC'] });
const instance = await startInstance(JSON.parse(process.argv[2] ?? '') as InstanceSpec, host);
if (process.argv[3] === 'frozen') await instance.freeze();
process.stdout.write(`${instance.pid}\n`);
