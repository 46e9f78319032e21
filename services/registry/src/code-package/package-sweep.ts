import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@windlass/telemetry';
import type { DataSource } from 'typeorm';
import type { PackageHistory } from './package-history.js';
import type { PackageStore } from './package-store.js';
import type { PackageUses } from './package-uses.js';

const INTERVAL_MILLISECONDS = 10 * 60_000;

/** Lets go of old code, and removes packages that nothing needs any more, now and then. */
export class PackageSweep implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: PackageStore,
    private readonly uses: PackageUses,
    private readonly history: PackageHistory,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => (this.running = this.sweep()), INTERVAL_MILLISECONDS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async sweep(): Promise<void> {
    try {
      await this.history.forget(this.dataSource.manager);
      const removed = await this.uses.removeUnused(this.dataSource.manager, this.store);
      const unfinished = await this.uses.removeUnfinished(this.store, new Date());
      if (removed + unfinished > 0) this.logger.info({ packages: removed, unfinished }, 'removed code packages that nothing needs');
    } catch (error) {
      this.logger.warn({ err: error }, 'unused code packages could not be removed; the next sweep tries again');
    }
  }
}
