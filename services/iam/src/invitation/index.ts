export { invitationStream } from './invitation.decider.js';
export { InvitationRow } from './invitation.entity.js';
export { useInvitation } from './use-invitation.js';
