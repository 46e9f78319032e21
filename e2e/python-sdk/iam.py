"""Users, groups, policies and agencies of an account, and its enterprise projects."""

from huaweicloudsdkeps.v1 import EpsClient, ListEnterpriseProjectRequest
from huaweicloudsdkiam.v3 import *

from journey import DOMAIN, TENANT, check, client, refused, run, unique

identities = client(IamClient, DOMAIN)


def find_the_projects_and_the_domain(seen):
    check(TENANT["project_id"] in [each.id for each in identities.keystone_list_auth_projects(KeystoneListAuthProjectsRequest()).projects], "not among the projects")
    check([each.id for each in identities.keystone_list_auth_domains(KeystoneListAuthDomainsRequest()).domains] == [TENANT["domain_id"]], "another domain")
    check(identities.keystone_list_regions(KeystoneListRegionsRequest()).regions, "no region")


def create_a_user_in_a_group(seen):
    option = CreateUserOption(name=unique("ann"), domain_id=TENANT["domain_id"], password="correct Horse 1!")
    seen["user"] = identities.create_user(CreateUserRequest(body=CreateUserRequestBody(user=option))).user.id
    body = KeystoneCreateGroupRequestBody(group=KeystoneCreateGroupOption(name=unique("team")))
    seen["group"] = identities.keystone_create_group(KeystoneCreateGroupRequest(body=body)).group.id
    which = {"group_id": seen["group"], "user_id": seen["user"]}
    identities.keystone_add_user_to_group(KeystoneAddUserToGroupRequest(**which))
    identities.keystone_check_user_in_group(KeystoneCheckUserInGroupRequest(**which))
    members = identities.keystone_list_users_for_group_by_admin(KeystoneListUsersForGroupByAdminRequest(group_id=seen["group"])).users
    check([each.id for each in members] == [seen["user"]], members)


def grant_the_group_a_role(seen):
    roles = identities.keystone_list_permissions(KeystoneListPermissionsRequest(display_name="FunctionGraph ReadOnlyAccess")).roles
    which = {"group_id": seen["group"], "project_id": TENANT["project_id"], "role_id": roles[0].id}
    identities.keystone_associate_group_with_project_permission(KeystoneAssociateGroupWithProjectPermissionRequest(**which))
    granted = identities.keystone_list_project_permissions_for_group(KeystoneListProjectPermissionsForGroupRequest(group_id=seen["group"], project_id=TENANT["project_id"])).roles
    check([each.id for each in granted] == [roles[0].id], granted)


def give_the_user_an_access_key(seen):
    option = CreateCredentialOption(user_id=seen["user"], description="for a test")
    made = identities.create_permanent_access_key(CreatePermanentAccessKeyRequest(body=CreatePermanentAccessKeyRequestBody(credential=option))).credential
    identities.delete_permanent_access_key(DeletePermanentAccessKeyRequest(access_key=made.access))


def write_a_policy(seen):
    statement = ServiceStatement(action=["functiongraph:function:list"], effect="Allow")
    option = ServicePolicyRoleOption(display_name=unique("lists"), type="XA", description="lists", policy=ServicePolicy(version="1.1", statement=[statement]))
    made = identities.create_cloud_service_custom_policy(CreateCloudServiceCustomPolicyRequest(body=CreateCloudServiceCustomPolicyRequestBody(role=option)))
    identities.delete_custom_policy(DeleteCustomPolicyRequest(role_id=made.role.id))


def trust_a_service_by_an_agency(seen):
    option = CreateAgencyOption(name=unique("acts"), domain_id=TENANT["domain_id"], trust_domain_name="op_svc_cff", duration="FOREVER")
    made = identities.create_agency(CreateAgencyRequest(body=CreateAgencyRequestBody(agency=option))).agency.id
    check(made in [each.id for each in identities.list_agencies(ListAgenciesRequest(domain_id=TENANT["domain_id"])).agencies], "not in the list")
    identities.delete_agency(DeleteAgencyRequest(agency_id=made))
    refused(404, lambda: identities.show_agency(ShowAgencyRequest(agency_id=made)))


def see_the_enterprise_projects(seen):
    check(client(EpsClient, DOMAIN).list_enterprise_project(ListEnterpriseProjectRequest()).enterprise_projects, "none")


def delete_them(seen):
    identities.keystone_delete_group(KeystoneDeleteGroupRequest(group_id=seen["group"]))
    identities.keystone_delete_user(KeystoneDeleteUserRequest(user_id=seen["user"]))


run(
    find_the_projects_and_the_domain, create_a_user_in_a_group, grant_the_group_a_role, give_the_user_an_access_key, write_a_policy,
    trust_a_service_by_an_agency, see_the_enterprise_projects, delete_them,
)
