import { eventBusContract } from '@windlass/event-bus/testing';
import { SeededRandom } from '../random.js';
import { Scheduler, SimulatedProcess } from '../scheduler.js';
import { runInRealTime } from '../testing/real-time.js';
import { SimulatedBroker } from './simulated-broker.js';
import { NO_FAULTS, SimulatedEventBus, type BusFaults } from './simulated-event-bus.js';

const QUICK = { firstMilliseconds: 1, capMilliseconds: 20, maxFailures: 4 };

const adapters: readonly [name: string, faults: BusFaults][] = [
  ['SimulatedEventBus', NO_FAULTS],
  ['SimulatedEventBus that parks first and deals keys anew', { ...NO_FAULTS, parksFirst: true, shufflesKeys: true }],
];

for (const [name, faults] of adapters) {
  eventBusContract(name, async () => {
    const scheduler = new Scheduler(new SeededRandom(1));
    const broker = new SimulatedBroker(scheduler);
    const stop = runInRealTime(scheduler);
    let processes = 0;
    return {
      open: async () => new SimulatedEventBus({ broker, scheduler, process: new SimulatedProcess(`process ${++processes}`), faults, retry: QUICK }),
      interrupt: async () => broker.cutConnections(),
      stop,
    };
  });
}
