export { LogIn, type UserReference } from './log-in.js';
export { hashPassword } from './password-hash.js';
export { LogInFailuresRow, PasswordRow } from './password.entity.js';
export { isUserStream, user, userStream, type UserEvent } from './user.decider.js';
export { projectUser, UserRow } from './user.entity.js';
export { findUser, holdUser, userExists } from './find-user.js';
