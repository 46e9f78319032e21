import { Module } from '@nestjs/common';
import { Clock } from '../clock.js';
import { SignUpController } from './sign-up.controller.js';
import { SIGN_UP_RATES, SignUpRate } from './sign-up-rate.js';

@Module({
  controllers: [SignUpController],
  providers: [{ provide: SignUpRate, inject: [Clock], useFactory: (clock: Clock) => new SignUpRate(SIGN_UP_RATES, clock.now().getTime()) }],
})
export class SignUpModule {}
