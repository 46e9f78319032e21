import type { Services } from './services.js';
import type { Workers } from './workers.js';

/** Which parts behind the edge do not answer. */
export class PlatformHealth {
  constructor(
    private readonly services: Services,
    private readonly workers: Workers,
  ) {}

  async unreachable(): Promise<readonly string[]> {
    const [services, workers] = await Promise.all([this.services.unreachable(), this.workers.unreachable()]);
    return [...services, ...workers];
  }
}
