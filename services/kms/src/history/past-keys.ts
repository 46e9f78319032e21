import { History, historyResource, type Moment } from '@windlass/resource-history';
import { reachesEnterpriseProject } from '@windlass/principal';
import type { Caller } from '../caller.js';
import { evolveKeyRecord, invalidKeyId, isKeyId, keyNotFound, keyStream, NO_KEY, type KeyEvent, type KeyFilter, type KeyRecord } from '../key/index.js';

/** Keys by their events, as the key API shows them. */
const keys = historyResource<KeyRecord | undefined, KeyEvent>({
  type: 'key',
  streamPrefix: keyStream(''),
  streamOf: keyStream,
  initial: NO_KEY,
  evolve: evolveKeyRecord,
  view: () => undefined,
});

/** The caller's keys as they were. What today's grants reach is judged by where a key lay then. */
export class PastKeys {
  constructor(private readonly history: History) {}

  moment({ domainId }: Caller, asOf: string): Promise<Moment> {
    return this.history.moment(domainId, asOf);
  }

  /** KMS.0207 when the project had no such key then. */
  async require(caller: Caller, id: string, moment: Moment): Promise<KeyRecord> {
    if (!isKeyId(id)) throw invalidKeyId();
    const record = await this.history.stateAt(keys, caller.domainId, keyStream(id), moment);
    if (record === undefined || record.projectId !== caller.projectId || !reachesEnterpriseProject(caller.principal, record.enterpriseProjectId)) throw keyNotFound();
    return record;
  }

  /** What `KeyTable.page` would have answered then. */
  async page({ domainId }: Caller, { projectId, principal, state, keySpec }: KeyFilter, after: string | undefined, limit: number, moment: Moment): Promise<{ rows: KeyRecord[]; total: number }> {
    const states = await this.history.statesAt(keys, domainId, moment);
    const matching = [...states.values()]
      .filter((record) => record !== undefined)
      .filter((record) => record.projectId === projectId && reachesEnterpriseProject(principal, record.enterpriseProjectId))
      .filter((record) => (state === undefined || record.state === state) && (keySpec === undefined || record.keySpec === keySpec))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return { rows: matching.filter(({ id }) => after === undefined || id > after).slice(0, limit), total: matching.length };
  }
}
