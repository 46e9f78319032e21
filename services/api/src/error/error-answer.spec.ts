import { readFileSync } from 'node:fs';
import { ERROR_KINDS, WindlassError, type ErrorKind } from '@windlass/errors';
import { FAILURE_NUMBERS, invocationError } from '../invocation/invocation-failure.js';
import { errorAnswer, type ErrorPlace } from './error-answer.js';
import { HTTP_STATUS } from './http-status.js';

const place = (family: ErrorPlace['family'], prefix = 'FSS'): ErrorPlace => ({ family, prefix, requestId: 'r1' });
const error = (kind: ErrorKind, code = 'FSS.1051', message = 'Not found the function') => new WindlassError({ kind, reason: 'X', code, message });
const body = (answer: { body?: unknown }): unknown => JSON.parse(String(answer.body));

describe('an error answer', () => {
  it.each(ERROR_KINDS)('has a status for kind %s', (kind) => {
    expect(errorAnswer(error(kind), place('flat')).status).toBe(HTTP_STATUS[kind]);
  });

  it('blames the platform for nothing but its own failures', () => {
    const own = ERROR_KINDS.filter((kind) => HTTP_STATUS[kind] >= 500);
    expect(own).toEqual(['unavailable', 'internal']);
  });

  it('has the shape of its family', () => {
    expect(body(errorAnswer(error('not_found'), place('flat')))).toEqual({ error_code: 'FSS.1051', error_msg: 'Not found the function' });
    expect(body(errorAnswer(error('not_found', 'KMS.0207', 'No key'), place('wrapped', 'KMS')))).toEqual({ error: { error_code: 'KMS.0207', error_msg: 'No key' } });
    expect(body(errorAnswer(error('conflict', 'IAM.0005', 'Taken'), place('keystone', 'IAM')))).toEqual({ error: { code: 409, message: 'Taken', title: 'Conflict' } });
  });

  it('says when to try again what passes by itself, as whoever refused it knows best', () => {
    const wait = (failure: WindlassError) => errorAnswer(failure, place('flat')).headers?.['retry-after'];
    expect(ERROR_KINDS.filter((kind) => wait(error(kind)) !== undefined)).toEqual(['throttled', 'unavailable']);
    expect(wait(error('throttled'))).toBe('1');
    expect(wait(new WindlassError({ kind: 'throttled', reason: 'X', code: 'IAM.0012', message: 'Too many', retryAfterSeconds: 6 }))).toBe('6');
  });

  it('completes a bare number with the prefix of the API', () => {
    expect(body(errorAnswer(error('unavailable', '0503'), place('flat', 'LTS')))).toMatchObject({ error_code: 'LTS.0503' });
    expect(body(errorAnswer(error('unavailable', '0503'), place('flat', '')))).toMatchObject({ error_code: 'APIGW.0503' });
  });

  it('keeps the gateway\'s own shape behind every API but IAM v3', () => {
    expect(body(errorAnswer(error('unauthenticated', 'APIGW.0301', 'Who?'), place('wrapped', 'KMS')))).toEqual({ error_code: 'APIGW.0301', error_msg: 'Who?', request_id: 'r1' });
    expect(body(errorAnswer(error('unauthenticated', 'APIGW.0301', 'Who?'), place('keystone', 'IAM')))).toEqual({ error: { code: 401, message: 'Who?', title: 'Unauthorized' } });
  });

  it.each([new Error('secret'), error('internal', '0500', 'secret'), 'secret', undefined, { kind: 'invalid', message: 'secret' }])('says nothing of an inner failure: %p', (failure) => {
    const answer = errorAnswer(failure, place('flat'));
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(answer.body).not.toContain(' at ');
  });
});

describe('a failure of a worker', () => {
  it('is ours when the worker failed, and passes by itself when it was only stopped', () => {
    const kind = (code: number, reason: string) => invocationError({ code, reason, message: 'x', retry_after_seconds: 0 }).kind;
    expect([kind(500, 'WORKER_FAILED'), kind(500, 'WORKER_STOPPING'), kind(4201, 'SANDBOX_FAILED'), kind(4999, 'NEW'), kind(7000, 'NEW')]).toEqual(['internal', 'unavailable', 'unavailable', 'function_failed', 'internal']);
  });
});

describe('docs/errors.md', () => {
  const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');

  it.each(ERROR_KINDS)('explains kind %s with its status', (kind) => {
    expect(page).toContain(`| \`${kind}\` | ${HTTP_STATUS[kind]} |`);
  });

  it.each(FAILURE_NUMBERS)('explains failure %i of an invocation with its status', (code) => {
    const { kind } = invocationError({ code, reason: 'X', message: 'x', retry_after_seconds: 0 });
    expect(page).toContain(`| FSS.${code} | ${HTTP_STATUS[kind]} |`);
  });
});
