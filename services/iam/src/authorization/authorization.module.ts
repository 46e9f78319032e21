import { Module } from '@nestjs/common';
import { AuthorizationController } from './authorization.controller.js';
import { DecideActionsHandler } from './allowed-actions.js';
import { ExplainAuthorizationHandler } from './explain-authorization.js';
import { ServiceAuthorizationController } from './service-authorization.controller.js';
import { ShowEffectivePolicyHandler } from './show-effective-policy.js';

@Module({ controllers: [AuthorizationController, ServiceAuthorizationController], providers: [ShowEffectivePolicyHandler, ExplainAuthorizationHandler, DecideActionsHandler] })
export class AuthorizationModule {}
