import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  CreateCustomPolicyRequest,
  CustomPolicyContent,
  CustomPolicyResponse,
  DeleteCustomPolicyRequest,
  DeleteCustomPolicyResponse,
  ListCustomPoliciesRequest,
  ListCustomPoliciesResponse,
  ListPermissionsRequest,
  ListPermissionsResponse,
  Role as RoleView,
  ShowCustomPolicyRequest,
  ShowPermissionRequest,
  ShowPermissionResponse,
  UpdateCustomPolicyRequest,
} from '@windlass/contracts/iam/v1/role_service';
import { WindlassError } from '@windlass/errors';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller.js';
import { requirePage } from '../page.js';
import { PUBLIC_API_URL } from '../settings.js';
import { CreateCustomPolicy } from './create-custom-policy.js';
import type { ProposedContent } from './custom-policy-rule.js';
import { DeleteCustomPolicy } from './delete-custom-policy.js';
import { ListRoles, type RoleFilter } from './list-roles.js';
import type { Role, RoleType } from './role.js';
import { roleView } from './role.view.js';
import { ShowCustomPolicy, ShowRole } from './show-role.js';
import { UpdateCustomPolicy } from './update-custom-policy.js';

const MOST_ON_A_PAGE = 300;

@Controller()
export class RoleController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
    @Inject(PUBLIC_API_URL) private readonly publicApiUrl: string,
  ) {}

  @GrpcMethod('RoleService', 'keystoneListPermissions')
  async listPermissions(request: ListPermissionsRequest, metadata: Metadata): Promise<ListPermissionsResponse> {
    const { domainId } = callerOf(this.callers.read(metadata));
    const { domain_id: wanted, page, per_page: perPage } = request;
    const rows = requirePage(page, perPage, MOST_ON_A_PAGE);
    const filter = filterOf(request);
    // Another account's policies are not refused but not there: whether the account exists is not the caller's to know.
    if (wanted !== '' && wanted !== domainId) return this.list({ roles: [], total: 0 }, '/v3/roles');
    const found = await this.queries.execute(new ListRoles(wanted === '' ? 'system' : { domainId }, filter, rows, request.as_of));
    return this.list(found, '/v3/roles');
  }

  @GrpcMethod('RoleService', 'keystoneShowPermission')
  async showPermission(request: ShowPermissionRequest, metadata: Metadata): Promise<ShowPermissionResponse> {
    const { domainId } = callerOf(this.callers.read(metadata));
    return { role: this.view(await this.queries.execute(new ShowRole(domainId, request.role_id, request.as_of))) };
  }

  @GrpcMethod('RoleService', 'listCustomPolicies')
  async listCustomPolicies(request: ListCustomPoliciesRequest, metadata: Metadata): Promise<ListCustomPoliciesResponse> {
    const { domainId } = callerOf(this.callers.read(metadata));
    const page = requirePage(request.page, request.per_page, MOST_ON_A_PAGE);
    const everything: RoleFilter = { name: '', displayName: '', kind: undefined, types: TYPES.all, catalog: '' };
    return this.list(await this.queries.execute(new ListRoles({ domainId }, everything, page, request.as_of)), '/v3.0/OS-ROLE/roles');
  }

  @GrpcMethod('RoleService', 'createCustomPolicy')
  async createCustomPolicy(request: CreateCustomPolicyRequest, metadata: Metadata): Promise<CustomPolicyResponse> {
    const caller = callerOf(this.callers.read(metadata));
    return { role: this.view(await this.commands.execute(new CreateCustomPolicy(caller, proposalOf(request.role)))) };
  }

  @GrpcMethod('RoleService', 'showCustomPolicy')
  async showCustomPolicy(request: ShowCustomPolicyRequest, metadata: Metadata): Promise<CustomPolicyResponse> {
    const { domainId } = callerOf(this.callers.read(metadata));
    const { role, references } = await this.queries.execute(new ShowCustomPolicy(domainId, request.role_id, request.as_of));
    return { role: { ...this.view(role), references } };
  }

  @GrpcMethod('RoleService', 'updateCustomPolicy')
  async updateCustomPolicy(request: UpdateCustomPolicyRequest, metadata: Metadata): Promise<CustomPolicyResponse> {
    const caller = callerOf(this.callers.read(metadata));
    return { role: this.view(await this.commands.execute(new UpdateCustomPolicy(caller, request.role_id, proposalOf(request.role)))) };
  }

  @GrpcMethod('RoleService', 'deleteCustomPolicy')
  async deleteCustomPolicy(request: DeleteCustomPolicyRequest, metadata: Metadata): Promise<DeleteCustomPolicyResponse> {
    await this.commands.execute(new DeleteCustomPolicy(callerOf(this.callers.read(metadata)), request.role_id));
    return {};
  }

  private view(role: Role): RoleView {
    return roleView(role, this.publicApiUrl);
  }

  private list({ roles, total }: { roles: readonly Role[]; total: number }, path: string): ListPermissionsResponse {
    const links = { self: `${this.publicApiUrl}${path}`, next: undefined, previous: undefined };
    return { roles: roles.map((role) => this.view(role)), total_number: total, links };
  }
}

/** The roles that the query parameter `type` means: those for global services, those for services of projects, or both. */
const TYPES: Readonly<Record<string, readonly RoleType[]>> & { readonly all: readonly RoleType[] } = {
  domain: ['AX', 'AA'],
  project: ['XA', 'AA'],
  all: ['AX', 'XA', 'AA'],
};

function filterOf({ name, display_name: displayName, catalog, permission_type: kind, type }: ListPermissionsRequest): RoleFilter {
  const types = Object.hasOwn(TYPES, type || 'all') ? TYPES[type || 'all'] : undefined;
  if (types === undefined) throw badParameter('type must be "domain", "project" or "all".');
  if (kind !== '' && kind !== 'policy' && kind !== 'role') throw badParameter('permission_type must be "policy" or "role".');
  return { name, displayName, catalog, kind: kind === '' ? undefined : kind, types };
}

function badParameter(message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'PARAMETER_INVALID', code: 'IAM.0007', message });
}

function proposalOf(content: CustomPolicyContent | undefined): ProposedContent {
  return {
    displayName: content?.display_name,
    type: content?.type,
    description: content?.description,
    descriptionCn: content?.description_cn,
    policy: content?.policy,
    catalog: content?.catalog,
    flag: content?.flag,
    name: content?.name,
  };
}
