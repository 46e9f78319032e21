import type { TransferDetail, TransferInfo } from '@windlass/contracts/logs/v1/log_transfer_service';
import { invalidField } from '../refusal.js';
import { PERIODS_MINUTES, type TransferSettings } from './transfer.decider.js';

const UNITS: Readonly<Record<string, number>> = { min: 1, hour: 60 };
const PERIODS = '2min, 5min, 30min, 1hour, 3hour, 6hour or 12hour';
// By the rule of S3.
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const NAME_PREFIX = /^[A-Za-z0-9_-]{0,64}$/;
const FOLDER = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9_./-]{0,64}$/;
const OFFSET = /^UTC(?:([+-])(0\d|1[0-4]):([0-5]\d))?$/;

/** Settings of a new transfer, or of one that has some: then what is not named stays. Fails with LTS.0009 naming the field. */
export function readSettings(info: TransferInfo, present?: TransferSettings): TransferSettings {
  const detail = info.log_transfer_detail;
  if (info.log_transfer_type !== '' && info.log_transfer_type !== 'OBS') throw invalidField('log_transfer_type', 'is OBS: logs are shipped to buckets');
  if (info.log_transfer_mode !== '' && info.log_transfer_mode !== 'cycle') throw invalidField('log_transfer_mode', 'is cycle');
  return {
    format: one('log_storage_format', ['RAW', 'JSON'] as const, info.log_storage_format, present?.format ?? 'RAW'),
    enabled: one('log_transfer_status', ['ENABLE', 'DISABLE'] as const, info.log_transfer_status, (present?.enabled ?? true) ? 'ENABLE' : 'DISABLE') === 'ENABLE',
    periodMinutes: period(detail, present?.periodMinutes),
    bucket: bucket(detail?.obs_bucket_name ?? '', present?.bucket),
    namePrefix: text('obs_prefix_name', NAME_PREFIX, detail?.obs_prefix_name ?? '', present?.namePrefix, 'has at most 64 letters, digits, "_" and "-"'),
    folder: folder(detail?.obs_dir_pre_fix_name ?? '', present?.folder),
    timeZone: timeZone(detail, present?.timeZone),
  };
}

/** Settings in the words of the service. */
export function settingsInfo(settings: TransferSettings, status: string, createdAt: Date): TransferInfo {
  const [period, unit] = settings.periodMinutes < 60 ? [settings.periodMinutes, 'min'] : [settings.periodMinutes / 60, 'hour'];
  return {
    log_transfer_type: 'OBS',
    log_transfer_mode: 'cycle',
    log_storage_format: settings.format,
    log_transfer_status: status,
    log_create_time: createdAt.getTime(),
    log_transfer_detail: {
      obs_period: period,
      obs_period_unit: unit,
      obs_bucket_name: settings.bucket,
      obs_prefix_name: settings.namePrefix,
      obs_dir_pre_fix_name: settings.folder,
      obs_time_zone: /^[+-]/.test(settings.timeZone) ? `UTC${settings.timeZone}` : settings.timeZone === 'UTC' ? 'UTC' : '',
      obs_time_zone_id: /^[+-]/.test(settings.timeZone) ? '' : settings.timeZone,
    },
  };
}

function one<T extends string>(field: string, values: readonly T[], given: string, absent: T): T {
  if (given === '') return absent;
  const found = values.find((value) => value === given);
  if (found === undefined) throw invalidField(field, `is ${values.join(' or ')}`);
  return found;
}

function period(detail: TransferDetail | undefined, present: number | undefined): number {
  if (detail?.obs_period === undefined && (detail?.obs_period_unit ?? '') === '' && present !== undefined) return present;
  const minutes = (detail?.obs_period ?? 0) * (UNITS[detail?.obs_period_unit ?? ''] ?? 0);
  if (!(PERIODS_MINUTES as readonly number[]).includes(minutes)) throw invalidField('obs_period', `is, with obs_period_unit, ${PERIODS}`);
  return minutes;
}

function bucket(given: string, present: string | undefined): string {
  if (given === '' && present !== undefined) return present;
  if (!BUCKET.test(given)) throw invalidField('obs_bucket_name', 'is the name of a bucket: 3 to 63 lower-case letters, digits, "." and "-"');
  return given;
}

function text(field: string, form: RegExp, given: string, present: string | undefined, rule: string): string {
  if (given === '' && present !== undefined) return present;
  if (!form.test(given)) throw invalidField(field, rule);
  return given;
}

function folder(given: string, present: string | undefined): string {
  const path = text('obs_dir_pre_fix_name', FOLDER, given, present, 'has at most 64 letters, digits, "_", "-", "." and "/", and no "." or ".." between slashes');
  const plain = path.replace(/^\/+/, '').replace(/\/+/g, '/').replace(/\/$/, '');
  return plain === '' ? '' : `${plain}/`;
}

function timeZone(detail: TransferDetail | undefined, present: string | undefined): string {
  const { obs_time_zone: zone = '', obs_time_zone_id: id = '' } = detail ?? {};
  if (id !== '') {
    if (!isZone(id)) throw invalidField('obs_time_zone_id', 'is the name of a time zone, such as Asia/Shanghai');
    return id;
  }
  if (zone === '') return present ?? 'UTC';
  const offset = OFFSET.exec(zone);
  if (offset === null) throw invalidField('obs_time_zone', 'is UTC, or an offset such as UTC+08:00');
  return offset[1] === undefined ? 'UTC' : `${offset[1]}${offset[2]}:${offset[3]}`;
}

function isZone(id: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: id }).resolvedOptions().timeZone !== '' && !/^[+-]/.test(id);
  } catch {
    return false;
  }
}
