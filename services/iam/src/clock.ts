import { Injectable } from '@nestjs/common';

/** The time, asked for once per command and passed on as a value. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
