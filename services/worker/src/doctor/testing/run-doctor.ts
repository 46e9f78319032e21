// The doctor as the worker's program runs it, from its source.
import { doctor } from '../doctor.js';

process.exitCode = await doctor(process.argv.slice(2), undefined);
