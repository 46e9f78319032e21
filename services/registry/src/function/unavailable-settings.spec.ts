import { refuseUnavailableSettings, type UnavailableSettings } from './unavailable-settings.js';

describe('a setting that this installation does not have', () => {
  it.each<Partial<UnavailableSettings>>([
    {},
    { func_vpc: null, gpu_memory: 0, enable_dynamic_memory: false },
    { func_vpc: { vpc_id: '', subnet_id: '' } },
    { mount_config: { mount_user: { user_id: -1, user_group_id: -1 }, func_mounts: [] } },
    { custom_image: { enabled: false, working_dir: '/' } },
    { domain_names: '[]', extend_config: '{}' },
  ])('is let pass when it asks for nothing: %j', (fields) => refuseUnavailableSettings(fields));

  it.each<Partial<UnavailableSettings>>([
    { func_vpc: { vpc_id: 'v' } },
    { mount_config: { func_mounts: [{ mount_type: 'sfs' }] } },
    { custom_image: { enabled: true, image: 'swr.x/y' } },
    { gpu_type: 'nvidia-t4' },
    { restore_hook_timeout: 5 },
    { is_stateful_function: true },
  ])('is refused by its name and with the reason, not ignored: %j', (fields) => {
    const [field] = Object.keys(fields);
    expect(() => refuseUnavailableSettings(fields)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'FSS.0400', message: expect.stringContaining(`${field} is not available`) }));
  });
});
