/** What can be wrong with a policy, under the numbers of the vendor's list of IAM errors. */
export const POLICY_PROBLEMS = {
  'IAM.1020': 'POLICY_NOT_OBJECT',
  'IAM.1021': 'POLICY_TOO_LONG',
  'IAM.1024': 'POLICY_VERSION',
  'IAM.1025': 'POLICY_DEPENDS',
  'IAM.1026': 'ROLE_VERSION',
  'IAM.1027': 'STATEMENT_NOT_LIST',
  'IAM.1028': 'STATEMENT_COUNT',
  'IAM.1029': 'EFFECT',
  'IAM.1030': 'ACTION_NOT_LIST',
  'IAM.1031': 'ACTION_AND_NOT_ACTION',
  'IAM.1033': 'ACTION_COUNT',
  'IAM.1034': 'ACTION_TOO_LONG',
  'IAM.1035': 'ACTION_FORM',
  'IAM.1037': 'AGENCY_RESOURCE_COUNT',
  'IAM.1038': 'AGENCY_RESOURCE_FORM',
  'IAM.1039': 'AGENCY_RESOURCE_CONDITION',
  'IAM.1040': 'RESOURCE_COUNT',
  'IAM.1041': 'RESOURCE_EMPTY',
  'IAM.1042': 'RESOURCE_TOO_LONG',
  'IAM.1043': 'RESOURCE_REGION_MISSING',
  'IAM.1044': 'RESOURCE_REGION',
  'IAM.1045': 'RESOURCE_SERVICE',
  'IAM.1046': 'RESOURCE_TYPE',
  'IAM.1047': 'RESOURCE_CHARACTERS',
  'IAM.1048': 'RESOURCE_PATH',
  'IAM.1049': 'RESOURCE_NOT_LIST',
  'IAM.1050': 'CONDITION_COUNT',
  'IAM.1051': 'CONDITION_OPERATOR',
  'IAM.1052': 'CONDITION_KEY',
  'IAM.1053': 'CONDITION_NOT_LIST',
  'IAM.1054': 'CONDITION_VALUE_COUNT',
  'IAM.1056': 'CONDITION_VALUE_LENGTH',
  'IAM.1057': 'CONDITION_VALUE',
  'IAM.1058': 'DEPENDS_COUNT',
  'IAM.1059': 'MEMBER_UNKNOWN',
  'IAM.1060': 'MEMBER_NOT_TEXT',
} as const;

export type PolicyProblemCode = keyof typeof POLICY_PROBLEMS;

/** Why a policy is refused. The message names the place and the limit. */
export interface PolicyProblem {
  readonly code: PolicyProblemCode;
  readonly reason: (typeof POLICY_PROBLEMS)[PolicyProblemCode];
  readonly message: string;
}

/** Carries a problem out of the depth of a policy; never leaves this library. */
export class PolicyRefusal extends Error {
  constructor(
    readonly code: PolicyProblemCode,
    message: string,
  ) {
    super(message);
  }

  get problem(): PolicyProblem {
    return { code: this.code, reason: POLICY_PROBLEMS[this.code], message: this.message };
  }
}
