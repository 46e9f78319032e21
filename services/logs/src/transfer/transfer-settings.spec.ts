import { TransferInfo, type TransferDetail } from '@windlass/contracts/logs/v1/log_transfer_service';
import { readSettings, settingsInfo } from './transfer-settings.js';

type Fields = Partial<Omit<TransferInfo, 'log_transfer_detail'>> & { log_transfer_detail?: Partial<TransferDetail> };
const read = (fields: Fields, present?: ReturnType<typeof readSettings>) => readSettings(TransferInfo.fromPartial(fields), present);
const detail = { obs_period: 5, obs_period_unit: 'min', obs_bucket_name: 'my-logs' };

describe('settings of a transfer', () => {
  it('have defaults for what is not named', () => {
    expect(read({ log_transfer_type: 'OBS', log_transfer_mode: 'cycle', log_transfer_detail: detail })).toEqual({
      format: 'RAW', enabled: true, periodMinutes: 5, bucket: 'my-logs', namePrefix: '', folder: '', timeZone: 'UTC',
    });
  });

  it('keep what a change does not name', () => {
    const present = read({ log_storage_format: 'JSON', log_transfer_detail: { ...detail, obs_dir_pre_fix_name: '/a//b/', obs_prefix_name: 'x', obs_time_zone: 'UTC+08:00' } });
    expect(present).toMatchObject({ folder: 'a/b/', namePrefix: 'x', timeZone: '+08:00' });
    expect(read({}, present)).toEqual(present);
    expect(read({ log_transfer_status: 'DISABLE', log_transfer_detail: { obs_period: 3, obs_period_unit: 'hour' } }, present)).toEqual({ ...present, enabled: false, periodMinutes: 180 });
  });

  it('are shown in the words they were read in', () => {
    for (const zone of [{ obs_time_zone: 'UTC+08:00', obs_time_zone_id: '' }, { obs_time_zone: 'UTC', obs_time_zone_id: 'UTC' }, { obs_time_zone: '', obs_time_zone_id: 'Asia/Shanghai' }]) {
      const settings = read({ log_transfer_detail: { ...detail, ...zone } });
      expect(settingsInfo(settings, 'ENABLE', new Date(5))).toMatchObject({ log_transfer_status: 'ENABLE', log_create_time: 5, log_transfer_detail: { ...detail, ...zone } });
    }
  });

  it.each<[string, Fields]>([
    ['log_transfer_type', { log_transfer_type: 'DIS' }],
    ['log_transfer_mode', { log_transfer_mode: 'realTime' }],
    ['log_storage_format', { log_storage_format: 'XML' }],
    ['log_transfer_status', { log_transfer_status: 'EXCEPTION' }],
    ['obs_period', { log_transfer_detail: { ...detail, obs_period: 4 } }],
    ['obs_period', { log_transfer_detail: { ...detail, obs_period_unit: 'day' } }],
    ['obs_period', {}],
    ['obs_bucket_name', { log_transfer_detail: { ...detail, obs_bucket_name: 'Not/A/Bucket' } }],
    ['obs_prefix_name', { log_transfer_detail: { ...detail, obs_prefix_name: 'a/b' } }],
    ['obs_dir_pre_fix_name', { log_transfer_detail: { ...detail, obs_dir_pre_fix_name: 'a/../b' } }],
    ['obs_time_zone', { log_transfer_detail: { ...detail, obs_time_zone: 'CET' } }],
    ['obs_time_zone_id', { log_transfer_detail: { ...detail, obs_time_zone_id: 'Mars/Olympus' } }],
    ['obs_time_zone_id', { log_transfer_detail: { ...detail, obs_time_zone_id: '+08:00' } }],
  ])('name %s when it cannot be', (field, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'LTS.0009', message: expect.stringContaining(`: ${field} `) }));
  });
});
