// Injection tokens of what the service was started with.
export const LOGGER = Symbol('logger');
/** The deployment's region: its name is the name of each account's project. */
export const REGION = Symbol('region');
/** Origin of the public API, without a slash at the end. */
export const PUBLIC_API_URL = Symbol('public API URL');
/** Who may sign up. */
export const SIGN_UP_MODE = Symbol('sign-up mode');
/** The bus that carries this service's events, and those of all others. */
export const EVENT_BUS = Symbol('the event bus');
