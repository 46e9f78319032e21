export { SIGN_UP_MODES, type SignUpMode } from './sign-up-policy.js';
