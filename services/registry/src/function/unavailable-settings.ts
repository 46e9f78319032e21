import { settingUnavailable } from './function.errors.js';

/** Documented fields that need what this installation does not have. All optional: create and update know different ones. */
export interface UnavailableSettings {
  readonly func_vpc: unknown;
  readonly mount_config: unknown;
  readonly custom_image: unknown;
  readonly enable_dynamic_memory: boolean;
  readonly is_stateful_function: boolean;
  readonly gpu_memory: number;
  readonly gpu_type: string;
  readonly domain_names: string;
  readonly extend_config: string;
  readonly peering_cidr: string;
  readonly heartbeat_handler: string;
  readonly restore_hook_handler: string;
  readonly restore_hook_timeout: number;
}

const WHY: Readonly<Record<keyof UnavailableSettings, string>> = {
  func_vpc: 'functions have no VPC network.',
  mount_config: 'functions mount no file systems; they may write to /tmp.',
  custom_image: 'functions run from code packages, not from container images.',
  enable_dynamic_memory: 'every instance has the memory of memory_size.',
  is_stateful_function: 'instances keep no session of their own.',
  gpu_memory: 'functions have no GPU.',
  gpu_type: 'functions have no GPU.',
  domain_names: 'functions have no VPC network and so no private DNS zones.',
  extend_config: 'there are no extended settings.',
  peering_cidr: 'functions have no VPC network.',
  heartbeat_handler: 'an HTTP function is watched through its port.',
  restore_hook_handler: 'instances are not restored from snapshots.',
  restore_hook_timeout: 'instances are not restored from snapshots.',
};

/** Empty values pass, as official clients send many of them. Anything else is refused with the reason. */
export function refuseUnavailableSettings(fields: Partial<UnavailableSettings>): void {
  for (const [field, why] of Object.entries(WHY)) {
    const value = fields[field as keyof UnavailableSettings];
    if (!saysNothing(field, value)) throw settingUnavailable(field, why);
  }
}

function saysNothing(field: string, value: unknown): boolean {
  // These objects carry defaults even when they ask for nothing; one member decides.
  if (field === 'mount_config' && isObject(value)) return isEmpty(value['func_mounts']);
  if (field === 'custom_image' && isObject(value)) return isEmpty(value['enabled']) && isEmpty(value['image']);
  if ((field === 'domain_names' && value === '[]') || (field === 'extend_config' && value === '{}')) return true;
  return isEmpty(value);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.values(value).every(isEmpty);
  return value === undefined || value === null || value === '' || value === 0 || value === false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
