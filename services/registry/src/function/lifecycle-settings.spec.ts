import { initializerPath, preStopPath, readLifecycle, type LifecycleFields } from './lifecycle-settings.js';
import { aFunction } from './testing/a-function.js';

const read = (change: Partial<LifecycleFields>) => readLifecycle({ initializer_timeout: 0, ...change });
const paths = (change: Partial<LifecycleFields>) => {
  const settings = { ...aFunction().settings, ...read(change) };
  return [initializerPath(settings), preStopPath(settings)];
};

describe('initializer and pre-stop', () => {
  it('are called nowhere unless asked for, and a time to start needs no initializer', () => {
    expect(paths({})).toEqual(['', '']);
    expect(read({ initializer_timeout: 30 })).toEqual({ initializerTimeoutSeconds: 30 });
  });

  it('are called at the path they name, or at the usual one', () => {
    expect(paths({ initializer_handler: '/warm?all=1', initializer_timeout: 3, pre_stop_handler: '/bye', pre_stop_timeout: 90 })).toEqual(['/warm?all=1', '/bye']);
    expect(paths({ initializer_handler: 'index.init', initializer_timeout: 300, pre_stop_handler: 'index.stop', pre_stop_timeout: 1 })).toEqual(['/init', '/pre-stop']);
  });

  it.each([
    [{ initializer_handler: '/a b', initializer_timeout: 3 }, 'FSS.1404'],
    [{ initializer_handler: '/a\r\nX: 1', initializer_timeout: 3 }, 'FSS.1404'],
    [{ initializer_handler: `/${'a'.repeat(128)}`, initializer_timeout: 3 }, 'FSS.1404'],
    [{ initializer_handler: 'index.init' }, 'FSS.1405'],
    [{ initializer_timeout: 301 }, 'FSS.1405'],
    [{ pre_stop_handler: 'x.y' }, 'FSS.0400'],
    [{ pre_stop_timeout: 5 }, 'FSS.0400'],
    [{ pre_stop_handler: 'x.y', pre_stop_timeout: 91 }, 'FSS.0400'],
    [{ pre_stop_handler: '/#', pre_stop_timeout: 5 }, 'FSS.0400'],
  ])('that cannot be called so are refused: %j', (change, code) => {
    expect(() => read(change)).toThrow(expect.objectContaining({ code }));
  });
});
