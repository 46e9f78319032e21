// The data path of a worker: requests come from gateways, in this process or over a socket (@windlass/function-exchange), and go
// through the invocation to an instance. It knows no framework, no database and no broker.
export { Invoker } from '../invocation/invoker.js';
export { startExchangeServer, type ExchangeServer } from '@windlass/function-exchange';
