import { createLogger, type Logger } from './logger.js';

describe('the log', () => {
  let lines: Record<string, unknown>[];
  let logger: Logger;

  beforeEach(() => {
    lines = [];
    logger = createLogger('registry', { destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) } });
  });

  it('is one JSON object a line, with service, level and time', () => {
    logger.child({ requestId: 'r1' }).info({ routes: 3 }, 'ready');
    expect(lines).toEqual([{ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), service: 'registry', requestId: 'r1', routes: 3, msg: 'ready' }]);
  });

  it('blanks what is named like a secret', () => {
    logger.info({ password: 'hunter2', request: { secret_key: 'hunter2', token: 'hunter2' } }, 'called');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('tells of an error its words, code, stack and causes, and none of the data a driver hangs on it', () => {
    const driver = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (name)=(hunter2)' });
    const failure = Object.assign(new Error('query failed', { cause: driver }), { query: 'INSERT', parameters: ['hunter2'] });
    logger.error({ err: failure }, 'call failed');
    expect(lines[0]).toMatchObject({ err: { type: 'Error', message: 'query failed', stack: expect.any(String), cause: { message: 'duplicate key', code: '23505' } } });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('survives an error that is its own cause', () => {
    const loop = new Error('loop');
    loop.cause = loop;
    logger.error({ err: loop }, 'odd');
    expect(lines).toHaveLength(1);
  });
});
