import type { Logger } from '@windlass/telemetry';
import type { KeyUses } from './key-uses.js';

const LOOK_EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** Forgets uses of keys that are older than so many days. */
export class UseRetention {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly uses: KeyUses,
    private readonly days: number,
    private readonly logger: Logger,
    private readonly now: () => Date = () => new Date(),
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.run()).catch((error: unknown) => this.logger.warn({ err: error }, 'old uses of keys could not be forgotten'));
    }, LOOK_EVERY_MS).unref();
  }

  /** Resolves when the statement that is running has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  async run(): Promise<void> {
    const before = new Date(this.now().getTime() - this.days * DAY_MS);
    while (!this.stopping && (await this.uses.forget(before)));
  }
}
