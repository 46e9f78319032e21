import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { EventBus } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import type { InvocationTallies } from './invocation-tallies.js';

export const INVOCATIONS_TOPIC = 'worker.invocations';
const SWEEP_EVERY_MS = 60_000;

/** Counts what workers tell of requests until the bus is closed, and forgets what is too old, now and then. */
export class InvocationFollowing implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly bus: EventBus,
    private readonly tallies: InvocationTallies,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.bus.consume({ group: 'registry.invocations', topics: [INVOCATIONS_TOPIC], onMessages: (messages) => this.tallies.take(messages) });
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.tallies.forget()).catch((error: unknown) => this.logger.warn({ err: error }, 'old statistics could not be forgotten; the next sweep tries again'));
    }, SWEEP_EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
