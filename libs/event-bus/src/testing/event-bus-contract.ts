import type { EventBus } from '../event-bus.js';
import { ContractRun } from './contract-run.js';
import { deliveryPromises } from './delivery-promises.js';
import { groupPromises } from './group-promises.js';
import { stoppedKeyPromises } from './stopped-key-promises.js';

/** What an adapter brings to be tested. */
export interface BusUnderTest {
  /** A further connection to the one bus, as another process would have it. Its retries after a failure must be quick, with 4 failures to a dead letter. */
  open(): Promise<EventBus>;
  /** Cuts every connection to the server once, as a restart of it would. */
  interrupt(): Promise<void>;
  stop(): Promise<void>;
}

/** The promises of EventBus. Every adapter calls this from a spec of its own and passes all of it. */
export function eventBusContract(name: string, start: () => Promise<BusUnderTest>): void {
  describe(`${name} keeps the promises of EventBus`, () => {
    const run = new ContractRun(start);
    beforeAll(() => run.start());
    afterAll(() => run.stop());
    beforeEach(() => run.beginTest());
    afterEach(() => run.endTest());

    deliveryPromises(run);
    groupPromises(run);
    stoppedKeyPromises(run);
  });
}
