export { startWorker, type WorkerConfig } from './start-worker.js';
export { defaultLimits, type WorkerLimits } from './worker-limits.js';
