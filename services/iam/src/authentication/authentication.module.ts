import { Module } from '@nestjs/common';
import { AuthenticateSignatureHandler } from './authenticate-signature.js';
import { AuthenticateTokenHandler } from './authenticate-token.js';
import { AuthenticationController } from './authentication.controller.js';

@Module({ controllers: [AuthenticationController], providers: [AuthenticateSignatureHandler, AuthenticateTokenHandler] })
export class AuthenticationModule {}
