import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/iam/v1/event_operation_service';
import { isWindlassError, WindlassError } from '@windlass/errors';
import type { BusStatus, EventBus } from '@windlass/event-bus';
import { CallContextReader } from '@windlass/grpc';
import { operatorOf } from '../operator.js';
import { EVENT_BUS } from '../settings.js';
import { eventMetrics } from './event-metrics.js';

const SERVICE = 'EventOperationService';
const LONGEST_TEXT = 1_024;

/** Events between the services as operators see and mend them. The bus knows of every group, whichever service it is of. */
@Controller()
export class EventOperationController {
  constructor(
    private readonly callers: CallContextReader,
    @Inject(EVENT_BUS) private readonly bus: EventBus,
  ) {}

  @GrpcMethod(SERVICE, 'showEventStatus')
  async showEventStatus(_request: rpc.ShowEventStatusRequest, metadata: Metadata): Promise<rpc.EventStatus> {
    operatorOf(this.callers.read(metadata));
    const { adapter, groups, stoppedKeys, relays } = await this.status();
    const stopped_keys = stoppedKeys.map(({ messageId, stoppedAt, nextTryAt, ...stopped }) => ({
      ...stopped,
      message_id: messageId,
      stopped_at: stoppedAt.toISOString(),
      next_try_at: nextTryAt.toISOString(),
    }));
    const told = relays.map(({ service, waiting, oldestAt, reportedAt }) => ({ service, waiting, oldest_at: oldestAt?.toISOString() ?? '', reported_at: reportedAt.toISOString() }));
    return { bus: adapter, groups: groups.map((group) => ({ ...group })), stopped_keys, relays: told };
  }

  @GrpcMethod(SERVICE, 'showEventMetrics')
  async showEventMetrics(_request: rpc.ShowEventMetricsRequest, metadata: Metadata): Promise<rpc.EventMetrics> {
    operatorOf(this.callers.read(metadata));
    return { text: eventMetrics(await this.status()) };
  }

  @GrpcMethod(SERVICE, 'retryStoppedKey')
  async retryStoppedKey({ group, topic, key }: rpc.StoppedKeyRequest, metadata: Metadata): Promise<rpc.EventOperationResponse> {
    operatorOf(this.callers.read(metadata));
    requireNames({ group, topic, key });
    if (!(await this.asked(() => this.bus.retryStoppedKey({ group, topic, key })))) throw notStopped('That key of the topic is not stopped for the group.');
    return {};
  }

  @GrpcMethod(SERVICE, 'giveUpMessage')
  async giveUpMessage({ group, topic, key, message_id }: rpc.StoppedKeyRequest, metadata: Metadata): Promise<rpc.EventOperationResponse> {
    operatorOf(this.callers.read(metadata));
    requireNames({ group, topic, key, message_id });
    const given = await this.asked(() => this.bus.giveUpMessage({ group, topic, key, messageId: message_id }));
    if (!given) throw notStopped('That message does not stop the key. Look at GET /windlass/v1/admin/events again.');
    return {};
  }

  private status(): Promise<BusStatus> {
    return this.asked(() => this.bus.status());
  }

  /** A bus that is away is no fault of this service. */
  private async asked<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (isWindlassError(error)) throw error;
      throw new WindlassError({ kind: 'unavailable', reason: 'EVENT_BUS_UNAVAILABLE', code: 'IAM.0010', message: 'The event bus does not answer. Try again.', cause: error });
    }
  }
}

function requireNames(names: Readonly<Record<string, string>>): void {
  for (const [field, text] of Object.entries(names)) {
    if (text !== '' && text.length <= LONGEST_TEXT && !text.includes('\0')) continue;
    throw new WindlassError({ kind: 'invalid', reason: 'STOPPED_KEY_INVALID', code: 'IAM.0007', message: `${field} must have 1 to ${LONGEST_TEXT} characters, none of them NUL.` });
  }
}

function notStopped(message: string): WindlassError {
  return new WindlassError({ kind: 'not_found', reason: 'KEY_NOT_STOPPED', code: 'IAM.0004', message });
}
