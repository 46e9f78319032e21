import { Module } from '@nestjs/common';
import { AuthorizationController } from './authorization.controller.js';
import { ExplainAuthorizationHandler } from './explain-authorization.js';
import { ShowEffectivePolicyHandler } from './show-effective-policy.js';

@Module({ controllers: [AuthorizationController], providers: [ShowEffectivePolicyHandler, ExplainAuthorizationHandler] })
export class AuthorizationModule {}
