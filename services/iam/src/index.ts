export type { IamConfig } from './config.js';
export { startIam } from './start-iam.js';
