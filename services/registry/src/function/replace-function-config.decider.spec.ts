import { given } from '@windlass/event-store/testing';
import type { FunctionEvent } from './function.events.js';
import type { FunctionRecord } from './function.state.js';
import { replaceFunctionConfig, type ReplaceFunctionConfig } from './replace-function-config.decider.js';
import { aFunction, created, LATER } from './testing/a-function.js';

const settings = { ...aFunction().settings, memoryMb: 512, description: 'new' };
const command = (change: Partial<ReplaceFunctionConfig> = {}): ReplaceFunctionConfig => ({ urn: 'hello', settings, secrets: undefined, scaling: {}, logs: undefined, now: LATER, ...change });
const replaced = (change: Partial<FunctionRecord>): FunctionEvent[] => [{ type: 'FunctionConfigReplaced', data: { function: aFunction({ settings, modifiedAt: LATER, ...change }) } }];

describe('replacing the configuration of a function', () => {
  it('replaces the settings and keeps code, scaling and logs', () => {
    given(replaceFunctionConfig).events([created()]).when(command()).thenEvents(replaced({}));
  });

  it('by the same configuration does nothing', () => {
    const same = aFunction();
    given(replaceFunctionConfig).events([created()]).when(command({ settings: same.settings, scaling: same.scaling, logs: same.logs, secrets: {} })).thenEvents([]);
  });

  it('changes the scaling that is given and keeps the other', () => {
    const before = { maxInstances: -1, instanceConcurrency: 1 };
    given(replaceFunctionConfig)
      .events([created({ scaling: before })])
      .when(command({ scaling: { instanceConcurrency: 10 } }))
      .thenEvents(replaced({ scaling: { maxInstances: -1, instanceConcurrency: 10 } }));
  });

  it('switches logs when told', () => {
    const logs = { enabled: false, tags: {} } as const;
    given(replaceFunctionConfig).events([created()]).when(command({ logs })).thenEvents(replaced({ logs }));
  });

  it('ends logs with the agency of the configuration, unless it says something of logs itself', () => {
    const agencies = { configuration: 'a', execution: '', credentialsInHeaders: false };
    const before = created({ settings: { ...settings, agencies } });
    const { logs } = aFunction();
    given(replaceFunctionConfig).events([before]).when(command()).thenEvents(replaced({ logs: { enabled: false, tags: {} } }));
    given(replaceFunctionConfig).events([before]).when(command({ logs })).thenEvents(replaced({}));
    const other = { ...settings, agencies: { ...agencies, configuration: 'b' } };
    given(replaceFunctionConfig).events([before]).when(command({ settings: other })).thenEvents(replaced({ settings: other }));
  });

  it('keeps all secrets unless told, keeps those sent blank, sets new ones and drops the rest', () => {
    const before = created({ secrets: { A: 'a', B: 'b' } });
    given(replaceFunctionConfig).events([before]).when(command()).thenEvents(replaced({ secrets: { A: 'a', B: 'b' } }));
    given(replaceFunctionConfig)
      .events([before])
      .when(command({ secrets: { A: { kind: 'keep' }, C: { kind: 'set', encrypted: 'c' }, D: { kind: 'keep' } } }))
      .thenEvents(replaced({ secrets: { A: 'a', C: 'c' } }));
    given(replaceFunctionConfig).events([before]).when(command({ secrets: {} })).thenEvents(replaced({ secrets: {} }));
  });

  it('refuses a name that a kept secret has already', () => {
    given(replaceFunctionConfig)
      .events([created({ secrets: { A: 'a' } })])
      .when(command({ settings: { ...settings, userData: '{"A":"1"}' } }))
      .thenFails('USER_DATA_INVALID');
  });

  it('that is not there is refused', () => {
    given(replaceFunctionConfig).events([]).when(command()).thenFails('FUNCTION_NOT_FOUND');
  });
});
