export { IamAuthenticator } from './iam-authenticator.js';
