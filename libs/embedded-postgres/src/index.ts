export { startPostgres, type PostgresEnd, type PostgresOptions, type RunningPostgres } from './running-postgres.js';
export { startTemporaryPostgres, type TemporaryPostgres } from './temporary-postgres.js';
