import { Module } from '@nestjs/common';
import { LogIn } from '../user/index.js';
import { CreateTokenHandler } from './create-token.js';
import { TokenController } from './token.controller.js';

@Module({ controllers: [TokenController], providers: [CreateTokenHandler, LogIn] })
export class TokenModule {}
