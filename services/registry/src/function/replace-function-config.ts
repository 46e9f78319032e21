import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountCopy } from '@windlass/accounts';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import type { StrategyUpdate, UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { DataSource } from 'typeorm';
import { Agencies } from '../agency/agencies.js';
import { isWindlassError } from '@windlass/errors';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { updateEnvironment } from '../customer-key/environment-update.js';
import { FunctionSeals } from '../customer-key/function-seals.js';
import { EnterpriseProjects } from '../enterprise-project/enterprise-projects.js';
import { refusal } from '../refusal.js';
import { FunctionLogs } from './function-logs.js';
import { FunctionLookup } from './function-lookup.js';
import { readSettings } from './function-settings.js';
import { FunctionStreams } from './function-streams.js';
import { viewFunction } from './function-view.js';
import { activeFunction, type FunctionRecord, type FunctionSettings, type Scaling } from './function.state.js';
import { readLogWish } from './log-settings.js';
import { ENVIRONMENT_CHANGED, replaceFunctionConfig, type ReplaceFunctionConfig } from './replace-function-config.decider.js';
import { requireInstanceConcurrency, requireMaxInstances } from './scaling.js';
import { SecretValues } from './secret-values.js';
import { refuseUnavailableSettings } from './unavailable-settings.js';
import { parseUserData } from './user-data.js';

export class ReplaceFunctionConfigCommand extends Command<FunctionMessage> {
  constructor(
    readonly caller: Caller,
    readonly request: UpdateFunctionConfigRequest,
  ) {
    super();
  }
}

/** Two who change a sealed environment at once: one of them begins anew. */
const MOST_ATTEMPTS = 3;

@CommandHandler(ReplaceFunctionConfigCommand)
export class ReplaceFunctionConfigHandler implements ICommandHandler<ReplaceFunctionConfigCommand> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: AccountCopy,
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly enterpriseProjects: EnterpriseProjects,
    private readonly agencies: Agencies,
    private readonly logs: FunctionLogs,
    private readonly secrets: SecretValues,
    private readonly seals: FunctionSeals,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: ReplaceFunctionConfigCommand): Promise<FunctionMessage> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.replace(caller, request);
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !isWindlassError(error) || error.reason !== ENVIRONMENT_CHANGED) throw error;
      }
    }
  }

  private async replace(caller: Caller, request: UpdateFunctionConfigRequest): Promise<FunctionMessage> {
    const urn = request.function_urn;
    const { record } = await this.lookup.find(caller, urn);
    requireSameIdentity(record, request);
    const current = record.settings.enterpriseProjectId;
    const demand = await this.accounts.isolation(this.dataSource.manager, caller.domainId);
    const settings = readSettings({ ...request, runtime: request.runtime || record.runtime, enterprise_project_id: request.enterprise_project_id || current }, demand);
    if (settings.enterpriseProjectId !== current) await this.enterpriseProjects.requireRoomFor(caller, settings.enterpriseProjectId);
    const secrets = this.readSecrets(record.funcId, request.encrypted_user_data);
    const scaling = readScaling(request.strategy_config);
    const wish = readLogWish(request);
    refuseUnavailableSettings(request);
    await this.agencies.requireUsable(caller, settings.agencies);
    const environment = await this.sealedEnvironment(caller, record, settings, request);

    const agencyChanges = settings.agencies.configuration !== record.settings.agencies.configuration;
    // Without an agency it keeps no logs either.
    if (wish.kind === 'keep' && agencyChanges && settings.agencies.configuration !== '') await this.logs.requireWriter(caller, settings.agencies, record.logs);
    const logs = wish.kind === 'keep' ? undefined : await this.logs.settle(caller, record.name, settings.agencies, wish, record.logs);
    const now = this.clock.now().toISOString();
    const state = await this.streams.execute(caller, record, replaceFunctionConfig, { urn, settings, secrets, environment, scaling, logs, now });
    return { ...viewFunction(activeFunction(state)), user_data: settings.userData };
  }

  /** Under the key that is named, or the one it has; undefined where it has none. Code stays where it is, and its agency must be able to open it. */
  private async sealedEnvironment(caller: Caller, record: FunctionRecord, { agencies, userData }: FunctionSettings, request: UpdateFunctionConfigRequest): Promise<ReplaceFunctionConfig['environment']> {
    const { environmentSeal: _own, ...codeOnly } = record;
    await this.seals.requireOpenable(codeOnly, agencies, caller.requestId);
    const reference = request.user_data_encrypt_kms_key_id || (record.environmentSeal?.key ?? '');
    if (reference === '') return undefined;
    const { encrypted_user_data: text } = request;
    const secrets = text === undefined ? undefined : parseUserData('encrypted_user_data', text);
    return updateEnvironment(this.seals, record, agencies, reference, { userData, secrets }, caller.requestId);
  }

  /**
   * Answers show secrets blanked, so a client that sends back what it read sends blanks: a blank keeps the stored value.
   * Without the field all secrets stay; an empty text or object removes them.
   */
  private readSecrets(funcId: string, text: string | undefined): ReplaceFunctionConfig['secrets'] {
    if (text === undefined) return undefined;
    const values = Object.entries(parseUserData('encrypted_user_data', text));
    return Object.fromEntries(
      values.map(([key, value]) => [key, value === '' ? { kind: 'keep' } : { kind: 'set', encrypted: this.secrets.encrypt(funcId, key, value) }]),
    );
  }
}

/** The documented body repeats name and package; they say which function it is and change nothing. */
function requireSameIdentity(record: FunctionRecord, request: UpdateFunctionConfigRequest): void {
  if (request.func_name !== '' && request.func_name !== record.name) {
    throw refusal('invalid', 'FSS.1002', 'FUNCTION_NAME_FIXED', 'A function cannot be renamed: func_name must be the name it has.');
  }
  if (request.package !== '' && request.package !== record.package) {
    throw refusal('invalid', 'FSS.1004', 'PACKAGE_FIXED', 'A function cannot move to another package: package must be the one it is in.');
  }
}

function readScaling(update: StrategyUpdate | undefined): Partial<Scaling> {
  return {
    ...(update?.concurrency === undefined ? {} : { maxInstances: requireMaxInstances(update.concurrency) }),
    ...(update?.concurrent_num === undefined ? {} : { instanceConcurrency: requireInstanceConcurrency(update.concurrent_num) }),
  };
}
