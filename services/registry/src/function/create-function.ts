import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountCopy } from '@windlass/accounts';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import type { CreateFunctionRequest } from '@windlass/contracts/registry/v1/function_service';
import { DataSource } from 'typeorm';
import { Agencies } from '../agency/agencies.js';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { AcceptedPackages, type AcceptedCode } from '../code-package/accepted-packages.js';
import { readUploadedCode } from '../code-package/uploaded-code.js';
import { FunctionSeals } from '../customer-key/function-seals.js';
import { AttachedDependencies } from '../dependency/attached-dependencies.js';
import { EnterpriseProjects } from '../enterprise-project/enterprise-projects.js';
import { readTagsText } from '../function-tag/function-tag.js';
import { Quotas } from '../quota/quota-usage.js';
import { Region } from '../region.js';
import { createFunction } from './create-function.decider.js';
import { functionExists } from './function.errors.js';
import { FunctionLogs } from './function-logs.js';
import { FunctionLookup } from './function-lookup.js';
import { requireFunctionName, requirePackageName } from './function-name.js';
import { readSettings, type SettingsFields } from './function-settings.js';
import { FunctionStreams } from './function-streams.js';
import { viewFunction } from './function-view.js';
import { activeFunction, type Scaling } from './function.state.js';
import { imageName } from './image-name.js';
import { readLogWish } from './log-settings.js';
import { DEFAULT_SCALING } from './scaling.js';
import { SecretValues } from './secret-values.js';
import { refuseUnavailableSettings } from './unavailable-settings.js';
import { parseUserData, requireDistinctKeys } from './user-data.js';

/** Settings that the documented creation does not take; an import does. */
export type SettingsBesideCreation = Partial<Pick<SettingsFields, 'ephemeral_storage' | 'enable_auth_in_header' | 'enable_class_isolation'>>;

export class CreateFunctionCommand extends Command<FunctionMessage> {
  constructor(
    readonly caller: Caller,
    readonly request: CreateFunctionRequest & SettingsBesideCreation,
    /** What it says of scaling; the defaults else. */
    readonly scaling: Partial<Scaling> = {},
  ) {
    super();
  }
}

@CommandHandler(CreateFunctionCommand)
export class CreateFunctionHandler implements ICommandHandler<CreateFunctionCommand> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly quotas: Quotas,
    private readonly accounts: AccountCopy,
    private readonly enterpriseProjects: EnterpriseProjects,
    private readonly agencies: Agencies,
    private readonly dependencies: AttachedDependencies,
    private readonly packages: AcceptedPackages,
    private readonly seals: FunctionSeals,
    private readonly logs: FunctionLogs,
    private readonly secrets: SecretValues,
    private readonly region: Region,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request, scaling }: CreateFunctionCommand): Promise<FunctionMessage> {
    const name = requireFunctionName(request.func_name);
    const of = { projectId: caller.projectId, package: requirePackageName(request.package), name };
    const settings = readSettings(request, await this.accounts.isolation(this.dataSource.manager, caller.domainId));
    const secretValues = parseUserData('encrypted_user_data', request.encrypted_user_data);
    const wish = readLogWish(request);
    const tags = readTagsText(request.tags);
    refuseUnavailableSettings(request);
    await this.enterpriseProjects.requireRoomFor(caller, settings.enterpriseProjectId);
    await this.agencies.requireUsable(caller, settings.agencies);
    const upload = readUploadedCode(request);
    const dependencies = await this.dependencies.read(caller, request.depend_version_list);
    // The transaction below decides both again; here they spare the work on a package that cannot be used.
    if ((await this.lookup.byAddress(of)) !== undefined) throw functionExists(of);
    await this.quotas.requireRoom(this.dataSource.manager, caller.domainId, { functions: 1, codeBytes: 0 });

    const funcId = randomUUID();
    const owner = { ...of, funcId, domainId: caller.domainId, region: this.region.name };
    const { agencies } = settings;
    requireDistinctKeys(parseUserData('user_data', settings.userData), secretValues);
    const sealed = await this.seals.forEnvironment(owner, agencies, request.user_data_encrypt_kms_key_id, { userData: settings.userData, secrets: secretValues }, caller.requestId);
    const accepted = await this.packages.accept(upload, await this.seals.forCode(owner, agencies, request.code_encrypt_kms_key_id, caller.requestId));
    const logs = await this.logs.settle(caller, name, agencies, wish.kind === 'keep' ? { kind: 'on', groupId: '', streamId: '', tags: {} } : wish);
    const now = this.clock.now();
    const state = await this.streams.execute(caller, of, createFunction, {
      ...owner,
      code: { ...accepted, filename: accepted.filename || usualFilename(accepted, name), imageName: imageName(now), ...(dependencies.length > 0 && { dependencies }) },
      settings: sealed === undefined ? settings : { ...settings, userData: '' },
      secrets: sealed?.secrets ?? Object.fromEntries(Object.entries(secretValues).map(([key, value]) => [key, this.secrets.encrypt(funcId, key, value)])),
      environmentSeal: sealed?.seal,
      scaling: { ...DEFAULT_SCALING, ...scaling },
      logs,
      tags,
      now: now.toISOString(),
    });
    return { ...viewFunction(activeFunction(state)), user_data: settings.userData };
  }
}

function usualFilename({ type, url = '' }: AcceptedCode, name: string): string {
  switch (type) {
    case 'inline':
      return '';
    case 'obs':
      return url.slice(url.lastIndexOf('/') + 1).slice(0, 255) || `${name}.zip`;
    case 'zip':
    case 'jar':
      return `${name}.${type}`;
  }
}
