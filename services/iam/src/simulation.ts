// What the simulation of the platform (deploy/simulation) runs of this service.
export { account, accountStream, demandedIsolation, type Account, type AccountCommand, type AccountEvent } from './account/account.decider.js';
export { publishAccount } from './account/account.published.js';
