import { Module } from '@nestjs/common';
import { CreateInvitationHandler } from './create-invitation.js';
import { InvitationController } from './invitation.controller.js';

@Module({ controllers: [InvitationController], providers: [CreateInvitationHandler] })
export class InvitationModule {}
