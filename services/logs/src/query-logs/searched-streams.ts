import { oldestKept } from '../lines/index.js';
import { LogGroupTable } from '../log-group/index.js';
import { LogStreamTable } from '../log-stream/index.js';

/** A stream that may be searched, and the first line number that its days still let be seen. */
export interface SearchedStream {
  readonly id: string;
  readonly oldest: bigint;
}

/** Finds the streams of a project that searches name. What another project has is as unknown as what nobody has. */
export class SearchedStreams {
  constructor(
    private readonly groups: LogGroupTable,
    private readonly streams: LogStreamTable,
  ) {}

  /** `now` in milliseconds since the epoch. Fails with LTS.0201 or LTS.0208. */
  async require(projectId: string, groupId: string, streamId: string, now: number): Promise<SearchedStream> {
    const group = await this.groups.require(projectId, groupId);
    const stream = await this.streams.require(group.id, streamId);
    return { id: stream.id, oldest: oldestKept(stream.ttlInDays ?? group.ttlInDays, now) };
  }
}
