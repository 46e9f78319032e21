import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { EventBus } from '@windlass/event-bus';
import type { EventRelay } from '@windlass/event-store';

/** Publishes this service's events for as long as the service runs. */
export class Publication implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly bus: EventBus,
    private readonly relay: EventRelay,
  ) {}

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  /** Before the database connections go: the relay uses them to the end. */
  async onModuleDestroy(): Promise<void> {
    await this.relay.stop();
    await this.bus.close();
  }
}
