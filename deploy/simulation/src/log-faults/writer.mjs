// One worker's way of lines, as a process that is killed at any moment: numbered lines of two accounts into the shipper the worker has. What was
// acknowledged it says on its standard output, which on Linux is written before the call returns.
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openEventBus } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { LogShipper } from '@windlass/worker/log-shipping';

const { databaseUrl, kafka, spoolDirectory, destinations } = JSON.parse(process.argv[2]);
const LINES_A_TURN = 5;
const TURN_MILLISECONDS = 5;
const RETRY_MILLISECONDS = 50;

const logger = createLogger('writer', { level: 'silent' });
const instance = randomUUID().slice(0, 8);
const bus = await persistently(() => openEventBus({ databaseUrl, kafka, publisher: 'log-faults', logger }));
const shipper = await LogShipper.open({ bus, logger, spoolDirectory, rateOf: () => ({ linesPerSecond: 20_000, bytesPerSecond: 8 * 1024 * 1024 }) });
let stopping = false;
process.once('SIGTERM', () => (stopping = true));

let number = 0;
let flushing = Promise.resolve();
let isFlushing = false;
while (!stopping) {
  for (let turn = 0; turn < LINES_A_TURN; turn += 1) {
    number += 1;
    for (const destination of destinations) {
      shipper.add(destination, { time_unix_nano: `${BigInt(Date.now()) * 1_000_000n}`, content: `line ${instance} ${number}`, labels: { instance, stream: 'stdout' } });
    }
  }
  if (!isFlushing) acknowledge(number);
  await delay(TURN_MILLISECONDS);
}
await flushing;
await shipper.flush();
process.stdout.write(`ack ${instance} ${number}\n`);
// What is in the spool is still to come.
while (readdirSync(spoolDirectory, { recursive: true }).some((name) => name.endsWith('.lines'))) await delay(RETRY_MILLISECONDS);
await shipper.close();
await bus.close();

/** Says that all lines up to a number are acknowledged, once they are, while others are written. */
function acknowledge(upTo) {
  isFlushing = true;
  flushing = shipper.flush().then(() => {
    process.stdout.write(`ack ${instance} ${upTo}\n`);
    isFlushing = false;
  });
}

/** What a start needs may be down: it is asked for until it is there. Who started this process bounds that. */
async function persistently(open) {
  for (;;) {
    try {
      return await open();
    } catch {
      await delay(RETRY_MILLISECONDS);
    }
  }
}
