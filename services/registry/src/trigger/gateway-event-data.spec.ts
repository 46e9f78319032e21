import fc from 'fast-check';
import { readGatewayEventData } from './gateway-event-data.js';
import { readTriggerType } from './trigger-type.js';

const read = (sent: Record<string, unknown>): ReturnType<typeof readGatewayEventData> => readGatewayEventData('APIG', sent, 'hello', 'https');
const refused = (sent: Record<string, unknown>, message: string | RegExp): void => {
  expect(() => read(sent)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'FSS.1107', message: expect.stringMatching(message) }));
};

describe('the event data of a gateway trigger', () => {
  it('may be left out: the path is the function\'s name, and only IAM users may call', () => {
    expect(read({})).toEqual({
      route: { path: '/hello', matchMode: 'SWA', method: 'ANY', auth: 'IAM', timeoutMs: 0 },
      groupId: undefined,
      functionUrn: undefined,
      version: undefined,
      subDomain: undefined,
      eventData: {
        name: 'hello',
        type: 1,
        path: '/hello',
        protocol: 'HTTPS',
        req_method: 'ANY',
        match_mode: 'SWA',
        env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID',
        env_name: 'RELEASE',
        auth: 'IAM',
      },
    });
  });

  it('is kept as it was sent', () => {
    const sent = {
      group_id: 'ab'.repeat(16),
      group_name: 'group',
      env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID',
      env_name: 'RELEASE',
      auth: 'NONE',
      protocol: 'HTTPS',
      name: 'API_test',
      path: '/test',
      match_mode: 'NORMAL',
      req_method: 'POST',
      backend_type: 'FUNCTION',
      type: 1,
      func_info: { timeout: 5000, invocation_type: 'sync', version: 'latest' },
      instance_id: 'i1',
    };
    const wish = read(sent);
    expect(wish.eventData).toEqual(sent);
    expect(wish.groupId).toBe(sent.group_id);
    expect(wish.route).toEqual({ path: '/test', matchMode: 'NORMAL', method: 'POST', auth: 'NONE', timeoutMs: 5000 });
  });

  it('takes empty strings and null for nothing, and numbers as text', () => {
    expect(read({ group_id: '', auth: '', name: '', path: null, type: '1', func_info: { timeout: '60000' } }).route).toMatchObject({ auth: 'IAM', path: '/hello', timeoutMs: 60_000 });
  });

  it.each<[Record<string, unknown>, string | RegExp]>([
    [{ path: 'demo' }, 'begins with'],
    [{ path: '/a?b' }, 'no query'],
    [{ path: '/a#b' }, 'no fragment'],
    [{ path: '/a/{id}' }, 'Path parameters'],
    [{ path: '/a b' }, 'Encode'],
    [{ path: '/a%zz' }, 'Encode'],
    [{ path: '/a/../b' }, /"\.\."/],
    [{ path: `/${'a'.repeat(512)}` }, '512'],
    [{ path: 7 }, 'string'],
    [{ name: 'x'.repeat(65) }, '64'],
    [{ auth: 'APP' }, 'applications'],
    [{ auth: 'none' }, 'IAM or NONE'],
    [{ protocol: 'FTP' }, 'HTTP or HTTPS'],
    [{ match_mode: 'PREFIX' }, 'SWA or NORMAL'],
    [{ req_method: 'TRACE' }, 'GET or POST'],
    [{ env_name: 'TEST' }, 'RELEASE'],
    [{ type: 2 }, 'public'],
    [{ group_id: 'x' }, '32'],
    [{ func_info: 'x' }, 'object'],
    [{ func_info: { timeout: 0 } }, '60000'],
    [{ func_info: { timeout: 60_001 } }, '60000'],
    [{ func_info: { timeout: 1.5 } }, '60000'],
    [{ func_info: { invocation_type: 'async' } }, 'asynchronously'],
    [{ other: '\0' }, 'NUL'],
    [{ other: 'x'.repeat(17_000) }, '16 KB'],
  ])('%j is refused with the reason', (sent, message) => refused(sent, message));

  it('says HTTP of a gateway that is reached by HTTP, and nothing else', () => {
    expect(readGatewayEventData('APIG', {}, 'hello', 'http').eventData).toMatchObject({ protocol: 'HTTP' });
    expect(() => readGatewayEventData('APIG', { protocol: 'HTTPS' }, 'hello', 'http')).toThrow(expect.objectContaining({ code: 'FSS.1107', message: expect.stringContaining('TLS') }));
  });

  it('may repeat what the trigger calls', () => {
    expect(read({ func_info: { function_urn: 'urn', version: 'v1' }, sl_domain: 'd' })).toMatchObject({ functionUrn: 'urn', version: 'v1', subDomain: 'd' });
  });

  it('has its own code for a dedicated gateway', () => {
    expect(() => readGatewayEventData('DEDICATEDGATEWAY', { path: 'x' }, 'hello', 'http')).toThrow(expect.objectContaining({ code: 'FSS.1417' }));
  });

  it('of any shape is read or refused, and nothing else', () => {
    const fields = ['path', 'auth', 'type', 'name', 'group_id', 'func_info', 'req_method'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()), (sent) => {
        try {
          expect(read(sent as Record<string, unknown>).route.path.startsWith('/')).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid', code: 'FSS.1107' });
        }
      }),
    );
  });
});

describe('the type of a trigger', () => {
  it.each(['APIG', 'DEDICATEDGATEWAY', 'APIC'] as const)('may be %s', (type) => expect(readTriggerType(type)).toBe(type));

  it('of event functions is refused in words, and so is one that does not exist', () => {
    expect(() => readTriggerType('TIMER')).toThrow(expect.objectContaining({ code: 'FSS.1101', message: expect.stringContaining('HTTP functions take only APIG and APIC triggers') }));
    expect(() => readTriggerType('X')).toThrow(expect.objectContaining({ code: 'FSS.1101', message: expect.stringContaining('not known') }));
  });
});
