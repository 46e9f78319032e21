import { isWindlassError } from '@windlass/errors';
import type { Decider, DomainEvent } from '@windlass/event-store';
import { account, accountStream, type AccountCommand } from '@windlass/iam/simulation';
import {
  changeMaxInstances,
  changeTrigger,
  createAlias,
  createFunction,
  createTrigger,
  deleteAlias,
  deleteFunction,
  deleteTrigger,
  deleteVersion,
  publishVersion,
  replaceAlias,
  triggerStream,
  type CreateFunction,
  type TriggerRecord,
} from '@windlass/registry/simulation';
import type { SeededRandom, SimulatedEventLog, SimulatedProcess } from '@windlass/simulation';
import { DOMAINS, functionState, NAMES, PACKAGE, PROJECT, streamOf } from './sources.js';

const NOW = '2026-01-01T00:00:00.000Z';
const VERSIONS = ['v1', 'v2'] as const;
const ALIASES = ['live', 'next'] as const;
const REFUSED_AS_EXPECTED = new Set(['conflict', 'not_found', 'invalid', 'forbidden', 'quota_exceeded', 'precondition_failed']);

/** Tenants and operators who change their minds: every command is one that the API takes, and many are refused. */
export class Clients {
  private created = 0;

  constructor(
    private readonly random: SeededRandom,
    private readonly iam: SimulatedEventLog,
    private readonly registry: SimulatedEventLog,
  ) {}

  /** Sends one command to a service's process. Never rejects: a client lives with refusals. */
  async sendOne(processes: { readonly iam: SimulatedProcess; readonly registry: SimulatedProcess }): Promise<void> {
    const { random } = this;
    const roll = random.next();
    if (roll < 0.3) await this.changeAccount(processes.iam);
    else if (roll < 0.75) await this.changeFunction(processes.registry);
    else await this.changeTrigger(processes.registry);
  }

  private changeAccount(process: SimulatedProcess): Promise<void> {
    const domainId = this.random.pick(DOMAINS);
    const command = this.random.pick<() => AccountCommand>([
      () => ({ type: 'CreateAccount', domainId, name: `account-${domainId}`, isOperator: false }),
      () => ({ type: 'SuspendAccount', reason: '' }),
      () => ({ type: 'ResumeAccount', reason: '' }),
      () => ({ type: 'SetQuotas', quotas: { fgs_func_qos_limit: this.random.below(1_000) } }),
      () => ({ type: 'DemandIsolation', by: this.random.pick(['account', 'operator']), isolation: this.random.pick(['standard', 'strong']) }),
    ])();
    return this.run(this.iam, process, accountStream(domainId), account, command);
  }

  private async changeFunction(process: SimulatedProcess): Promise<void> {
    const { random } = this;
    const name = random.pick(NAMES);
    const urn = `urn:fss:local-1:${PROJECT}:function:${PACKAGE}:${name}`;
    const run = <S, C, E extends DomainEvent>(decider: Decider<S, C, E>, command: C): Promise<void> => this.run(this.registry, process, streamOf(name), decider, command);
    const version = random.pick(VERSIONS);
    const alias = random.pick(ALIASES);
    const wish = { urn, name: alias, description: String(random.below(1_000)), additional: undefined, now: NOW };
    if (functionState(this.registry, name).status !== 'active') return run(createFunction, this.newFunction(name));
    const roll = random.next();
    if (roll < 0.35) return run(changeMaxInstances, { urn, maxInstances: random.below(900), now: NOW });
    if (roll < 0.5) return run(publishVersion, { urn, name: version, description: '', digest: '', now: NOW });
    if (roll < 0.6) return run(deleteVersion, { urn, name: version });
    if (roll < 0.7) return run(createAlias, { ...wish, version: random.pick([...VERSIONS, 'latest']) });
    if (roll < 0.8) return run(replaceAlias, { ...wish, version: random.pick([...VERSIONS, 'latest']) });
    if (roll < 0.87) return run(deleteAlias, { urn, name: alias });
    return run(deleteFunction, { urn });
  }

  private async changeTrigger(process: SimulatedProcess): Promise<void> {
    const { random } = this;
    const known = this.created === 0 ? undefined : `t${1 + random.below(this.created)}`;
    if (known === undefined || (this.created < 4 && random.chance(0.4))) {
      const trigger = this.newTrigger(`t${++this.created}`);
      return this.run(this.registry, process, triggerStream(trigger.triggerId), createTrigger, trigger);
    }
    const stream = triggerStream(known);
    if (random.chance(0.2)) return this.run(this.registry, process, stream, deleteTrigger, { triggerId: known });
    const status = random.pick(['ACTIVE', 'DISABLED'] as const);
    return this.run(this.registry, process, stream, changeTrigger, { triggerId: known, status, eventData: {}, funcName: 'alpha', scheme: 'http', now: NOW });
  }

  private async run<S, C, E extends DomainEvent>(log: SimulatedEventLog, process: SimulatedProcess, streamId: string, decider: Decider<S, C, E>, command: C): Promise<void> {
    try {
      await log.execute(process, { streamId, tenant: 'd1', decider, command });
    } catch (error) {
      if (!isWindlassError(error) || !REFUSED_AS_EXPECTED.has(error.kind)) throw error;
    }
  }

  private newFunction(name: string): CreateFunction {
    const funcId = `f${++this.functions}`;
    return {
      funcId,
      domainId: 'd1',
      projectId: PROJECT,
      region: 'local-1',
      package: PACKAGE,
      name,
      code: { type: 'zip', filename: 'code.zip', digest: funcId, sizeBytes: 1, imageName: 'i' },
      settings: {
        handler: '-',
        memoryMb: 128,
        timeoutSeconds: 3,
        initializerTimeoutSeconds: 0,
        ephemeralStorageMb: 512,
        description: '',
        enterpriseProjectId: '',
        userData: '',
        agencies: { configuration: '', execution: '', credentialsInHeaders: false },
        confinement: { publicAccess: true, strongIsolation: false },
      },
      secrets: {},
      scaling: { maxInstances: 400, instanceConcurrency: 1 },
      logs: { enabled: false, tags: {} },
      now: NOW,
    };
  }

  private newTrigger(triggerId: string): TriggerRecord {
    return {
      triggerId,
      apiId: `route-${triggerId}`,
      type: 'APIG',
      funcId: 'f1',
      funcUrn: `urn:fss:local-1:${PROJECT}:function:${PACKAGE}:alpha:latest`,
      domainId: 'd1',
      projectId: PROJECT,
      route: { groupId: this.random.pick(['g1', 'g2']), path: `/${triggerId}`, matchMode: 'NORMAL', method: 'ANY', auth: 'NONE', timeoutMs: 0 },
      eventData: {},
      status: 'ACTIVE',
      createdAt: NOW,
    };
  }

  private functions = 0;
}
