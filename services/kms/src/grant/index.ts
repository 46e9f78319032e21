export { CreateGrantHandler, MOST_GRANTS, RetireGrantHandler } from './grant-commands.js';
export { GrantController } from './grant.controller.js';
export { GrantListing } from './grant-listing.js';
