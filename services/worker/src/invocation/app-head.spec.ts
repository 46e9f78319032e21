import type { FunctionRequest, RequestMemo } from '@windlass/function-exchange';
import { HeaderList } from '@windlass/http1';
import { exampleSpec } from '../testing/example-spec.js';
import { appHead } from './app-head.js';

const said = {
  functionId: 'f1',
  version: 'latest',
  revision: 0,
  timeoutMs: 0,
  method: 'GET',
  target: '/a?b',
  headers: HeaderList.empty,
  fieldLines: 'Host: h\r\n',
  upgrade: undefined,
  apiId: 'api',
  sourceIp: '192.0.2.7',
  stage: 'RELEASE',
  body: { framing: { kind: 'none' } },
} as unknown as Omit<FunctionRequest, 'requestId'>;
const credentials = (accessKey: string) => ({ accessKey, secretKey: 's', securityToken: 't', authToken: 'a', expiresAt: 0 });
const spec = exampleSpec();

describe('the head that an app receives', () => {
  it('names the request wherever its id is told, and says what the platform promises', () => {
    expect(appHead({ ...said, requestId: 'r1' }, spec, undefined).split('\r\n')).toEqual([
      'GET /a?b HTTP/1.1',
      'Host: h',
      'X-CFF-Request-Id: r1',
      'X-CFF-Memory: 128',
      'X-CFF-Timeout: 30',
      'X-CFF-Func-Version: latest',
      'X-CFF-Func-Name: hello',
      'X-CFF-Project-Id: p1',
      'X-CFF-Package: default',
      'X-CFF-Region: local-1',
      'X-APIG-Api-Id: api',
      'X-APIG-Request-Id: r1',
      'X-APIG-Source-Ip: 192.0.2.7',
      'X-APIG-Source-Stage: RELEASE',
      '',
      '',
    ]);
    expect(appHead({ ...said, apiId: undefined, requestId: 'r1' }, spec, undefined)).not.toMatch(/X-APIG-(Api|Request)-Id/);
  });

  it('is the same for a caller that repeats itself as for one that does not, but for the id', () => {
    const memo: RequestMemo = { made: undefined };
    for (const given of [undefined, credentials('k1')]) {
      for (const requestId of ['r1', 'r2', 'r3']) {
        expect(appHead({ ...said, requestId, memo }, spec, given)).toBe(appHead({ ...said, requestId }, spec, given));
      }
    }
  });

  it('brings the newest credentials, and tells of the revision that serves', () => {
    const memo: RequestMemo = { made: undefined };
    const request = { ...said, requestId: 'r1', memo };
    expect(appHead(request, spec, credentials('old'))).toContain('X-CFF-Security-Access-Key: old\r\n');
    expect(appHead(request, spec, credentials('new'))).toContain('X-CFF-Security-Access-Key: new\r\n');
    expect(appHead(request, spec, undefined)).not.toContain('Access-Key');
    expect(appHead(request, exampleSpec({ revision: 2, memory_mb: 512 }), undefined)).toContain('X-CFF-Memory: 512\r\n');
  });
});
