import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FunctionRecord } from './function.state.js';

/** Read model of active functions. `record` is the whole function; the other columns are what is searched by. */
@Entity({ name: 'functions' })
export class FunctionRow {
  @PrimaryColumn({ name: 'stream_id', type: 'text' })
  streamId: string;

  @Column({ name: 'func_id', type: 'text' })
  funcId: string;

  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  @Column({ name: 'project_id', type: 'text' })
  projectId: string;

  /** "0" is the default one. */
  @Column({ name: 'enterprise_project_id', type: 'text' })
  enterpriseProjectId: string;

  @Column({ name: 'package', type: 'text' })
  package: string;

  @Column({ type: 'text' })
  name: string;

  /** Version of the function's stream: grows with every change. */
  @Column({ type: 'integer' })
  revision: number;

  @Column({ name: 'code_digest', type: 'text' })
  codeDigest: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ type: 'jsonb' })
  record: FunctionRecord;
}
