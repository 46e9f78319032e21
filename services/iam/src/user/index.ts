export { LogIn, type UserReference } from './log-in.js';
export { hashPassword } from './password-hash.js';
export { LogInFailuresRow, PasswordRow } from './password.entity.js';
export { isUserStream, user, userStream, type UserEvent } from './user.decider.js';
export { projectUser, UserRow } from './user.entity.js';
export { findUser, holdUser, lockUser, userExists } from './find-user.js';
export { keystoneUser } from './user-answer.js';
export { ListUsers } from './list-users.js';
export { NO_DETAILS, type UserDetails } from './user-details.js';
