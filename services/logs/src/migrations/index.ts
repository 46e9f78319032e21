import { AddAccountIsolation1797000000000 } from './add-account-isolation.js';
import { AddAccountRevision1796500000000 } from './add-account-revision.js';
import { CreateAccounts1764000300000 } from './create-accounts.js';
import { CreateLogTables1764000000000 } from './create-log-tables.js';
import { KeepLinesInChunks1764000400000 } from './keep-lines-in-chunks.js';
import { ShipLogs1764000700000 } from './ship-logs.js';
import { KeepLinesInVictoriaLogs1797100000000 } from './keep-lines-in-victorialogs.js';
import { SetStreams1764000600000 } from './set-streams.js';

/** In the order they are run. */
export const migrations = [CreateLogTables1764000000000, CreateAccounts1764000300000, KeepLinesInChunks1764000400000, SetStreams1764000600000, ShipLogs1764000700000, AddAccountRevision1796500000000, AddAccountIsolation1797000000000, KeepLinesInVictoriaLogs1797100000000];
