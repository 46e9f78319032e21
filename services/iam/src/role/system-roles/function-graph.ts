import { TENANT_GUEST, type SystemPolicy, type SystemRole } from './definition.js';

const CATALOG = 'FunctionGraph';

// Settings, code, versions and aliases of functions, triggers, quotas, and what running them left in logs and metrics.
const QUERIES = ['functiongraph:*:get*', 'functiongraph:*:list*', 'lts:groups:get', 'lts:groups:list', 'lts:topics:get', 'lts:topics:list', 'lts:logstreams:list', 'lts:logs:list', 'lts:structConfig:get', 'aom:*:get*', 'aom:*:list*'];
const INVOCATIONS = ['functiongraph:function:invoke*'];

export const FUNCTION_GRAPH: readonly (SystemRole | SystemPolicy)[] = [
  {
    kind: 'policy',
    name: 'system_all_1',
    displayName: 'FunctionGraph FullAccess',
    catalog: CATALOG,
    type: 'XA',
    description: 'Everything on FunctionGraph',
    descriptionCn: '函数工作流服务的全部权限',
    actions: ['functiongraph:*:*'],
  },
  {
    kind: 'policy',
    name: 'system_all_2',
    displayName: 'FunctionGraph ReadOnlyAccess',
    catalog: CATALOG,
    type: 'XA',
    description: 'Queries of functions, triggers, logs and metrics; no invocation',
    descriptionCn: '查询函数、触发器、日志和指标的权限，不含调用',
    actions: QUERIES,
  },
  {
    kind: 'policy',
    name: 'system_all_3',
    displayName: 'FunctionGraph CommonOperations',
    catalog: CATALOG,
    type: 'XA',
    description: 'Queries of functions, triggers, logs and metrics, and invocation',
    descriptionCn: '查询函数、触发器、日志和指标以及调用函数的权限',
    actions: [...QUERIES, ...INVOCATIONS],
  },
  {
    kind: 'role',
    name: 'functiongraph_adm',
    displayName: 'FunctionGraph Administrator',
    catalog: CATALOG,
    type: 'XA',
    description: 'Management of functions and triggers',
    descriptionCn: '函数和触发器的管理权限',
    actions: ['functiongraph:*:*'],
    depends: [TENANT_GUEST],
  },
  {
    kind: 'role',
    name: 'functiongraph_invoker',
    displayName: 'FunctionGraph Invoker',
    catalog: CATALOG,
    type: 'XA',
    description: 'Queries of functions and triggers, and invocation',
    descriptionCn: '查询函数和触发器以及调用函数的权限',
    actions: ['functiongraph:function:get*', 'functiongraph:function:list*', 'functiongraph:trigger:get*', 'functiongraph:trigger:list*', ...INVOCATIONS],
  },
];
