import { Module } from '@nestjs/common';
import { SignUpController } from './sign-up.controller.js';
import { SIGN_UP_RATES, SignUpRate } from './sign-up-rate.js';

@Module({
  controllers: [SignUpController],
  providers: [{ provide: SignUpRate, useFactory: () => new SignUpRate(SIGN_UP_RATES) }],
})
export class SignUpModule {}
