import { findVictoriaLogs } from './find-victorialogs.js';
import { VictoriaLogsServer } from './victorialogs-server.js';

// node dist/main.js [DATA-FOLDER]: VictoriaLogs on this machine until it is interrupted.
const found = await findVictoriaLogs();
if ('lacking' in found) {
  process.stderr.write(`${found.lacking}\n`);
  process.exit(1);
}
const server = await VictoriaLogsServer.start(found.program, { dataDirectory: process.argv[2] });
process.stdout.write(`VictoriaLogs is ready at ${server.url}\n\n  WINDLASS_LOGS_VICTORIALOGS_URL=${server.url} npm start\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop());
