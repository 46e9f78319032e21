import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { CreateInvitationRequest, CreateInvitationResponse } from '@windlass/contracts/iam/v1/account_admin_service';
import { CallContextReader } from '@windlass/grpc';
import { operatorOf } from '../operator.js';
import { CreateInvitation } from './create-invitation.js';

const PRESET_HOURS = 168;

@Controller()
export class InvitationController {
  constructor(
    private readonly commands: CommandBus,
    private readonly callers: CallContextReader,
  ) {}

  @GrpcMethod('AccountAdminService', 'createInvitation')
  async createInvitation({ note, valid_hours = PRESET_HOURS }: CreateInvitationRequest, metadata: Metadata): Promise<CreateInvitationResponse> {
    const operator = operatorOf(this.callers.read(metadata));
    const { id, token, expiresAt } = await this.commands.execute(new CreateInvitation(operator.domainId, note, valid_hours, operator.metadata));
    return { id, invitation: token, expires_at: expiresAt };
  }
}
