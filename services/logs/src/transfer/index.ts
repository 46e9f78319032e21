export { ChangeTransfers } from './change-transfers.js';
export { LogTransferController } from './log-transfer.controller.js';
export { ProgressTable } from './progress-table.js';
export { transfer, transferStream, type TransferEvent } from './transfer.decider.js';
export { projectTransfer, TransferRow, TransferTable } from './transfer-table.js';
export { Transfers } from './transfers.js';
export { readTransferStorage, TransferStorage, type TransferStorageAddress } from './transfer-storage.js';
