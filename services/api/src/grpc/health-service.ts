import { status, type sendUnaryData, type Server, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import {
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthService,
  type HealthCheckRequest,
  type HealthCheckResponse,
} from '@windlass/contracts/grpc/health/v1/health';
import type { PlatformHealth } from '../upstream/index.js';

type Watcher = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

export const HEALTH_PATHS: readonly string[] = [HealthService.check.path, HealthService.watch.path];

const LOOK_EVERY_MS = 1_000;
const MAX_WATCHERS = 1_000;

/**
 * `grpc.health.v1.Health`: of the whole server, which serves while every part behind it answers, and of each service, which
 * serves while its owner does. All watchers share one look at the platform each second.
 */
export class TenantHealth {
  /** Watchers, and what each was told last. */
  private readonly watchers = new Map<Watcher, ServingStatus>();
  private timer: NodeJS.Timeout | undefined;

  /** `owners` tells the proto package that owns each service. */
  constructor(
    private readonly health: PlatformHealth,
    private readonly owners: ReadonlyMap<string, string>,
  ) {}

  addTo(server: Server): void {
    server.addService(HealthService, {
      check: (call: ServerUnaryCall<HealthCheckRequest, HealthCheckResponse>, done: sendUnaryData<HealthCheckResponse>) => void this.check(call.request, done),
      watch: (watcher: Watcher) => void this.watch(watcher),
    });
  }

  /** Ends all watches, telling them first that nothing is served any more. */
  close(): void {
    clearInterval(this.timer);
    for (const watcher of this.watchers.keys()) {
      this.tell(watcher, ServingStatus.NOT_SERVING);
      watcher.end();
    }
    this.watchers.clear();
  }

  private async check({ service }: HealthCheckRequest, done: sendUnaryData<HealthCheckResponse>): Promise<void> {
    const serving = this.statusOf(service, await this.health.unreachable());
    if (serving === ServingStatus.SERVICE_UNKNOWN) done({ code: status.NOT_FOUND, details: 'There is no such service.' });
    else done(null, { status: serving });
  }

  private async watch(watcher: Watcher): Promise<void> {
    if (this.watchers.size >= MAX_WATCHERS) return void watcher.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'Too many clients watch already.' });
    this.watchers.set(watcher, ServingStatus.UNKNOWN);
    watcher.once('cancelled', () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.timer = void clearInterval(this.timer);
    });
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    await this.look();
  }

  private async look(): Promise<void> {
    const unreachable = await this.health.unreachable();
    for (const watcher of this.watchers.keys()) this.tell(watcher, this.statusOf(watcher.request.service, unreachable));
  }

  private tell(watcher: Watcher, serving: ServingStatus): void {
    if (this.watchers.get(watcher) === serving) return;
    this.watchers.set(watcher, serving);
    watcher.write({ status: serving });
  }

  private statusOf(service: string, unreachable: readonly string[]): ServingStatus {
    if (service === '') return unreachable.length === 0 ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    const owner = this.owners.get(service);
    if (owner === undefined) return ServingStatus.SERVICE_UNKNOWN;
    return unreachable.includes(owner) ? ServingStatus.NOT_SERVING : ServingStatus.SERVING;
  }
}
