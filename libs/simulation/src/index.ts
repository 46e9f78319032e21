export { SeededRandom } from './random.js';
export { Scheduler, SimulatedProcess } from './scheduler.js';
export { SimulatedBroker } from './bus/simulated-broker.js';
export { NO_FAULTS, SimulatedEventBus, type BusFaults, type SimulatedEventBusOptions } from './bus/simulated-event-bus.js';
export { SimulatedEventLog, type SimulatedCommand } from './simulated-event-log.js';
export { newCheckpoint, runSimulatedRelay, type SimulatedRelayOptions } from './simulated-relay.js';
export { readSeedConfig, type SeedConfig } from './config.js';
export { BrokenSeed, goOnUntil, simulate, type Simulation } from './simulate.js';
