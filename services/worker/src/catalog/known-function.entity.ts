import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The newest revision heard of one version of a function. An empty version stands for all of them, and is a removal. */
@Entity({ name: 'functions' })
export class KnownFunction {
  @PrimaryColumn({ name: 'func_id', type: 'text' })
  functionId: string;

  @PrimaryColumn({ type: 'text' })
  version: string;

  @Column({ type: 'bigint' })
  revision: string;

  @Column({ type: 'boolean' })
  removed: boolean;

  /** Instances to be kept running of it. */
  @Column({ type: 'integer' })
  reserved: number;

  /** Tenant of the function; empty for a removal, whose event does not name it. */
  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;
}
