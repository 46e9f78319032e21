import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { effectivePolicyOf, type EffectivePolicy, type PolicyHolder } from './effective-policy.js';

/** What is granted to a user or agency. */
export class ShowEffectivePolicy extends Query<EffectivePolicy> {
  constructor(readonly holder: PolicyHolder) {
    super();
  }
}

@QueryHandler(ShowEffectivePolicy)
export class ShowEffectivePolicyHandler implements IQueryHandler<ShowEffectivePolicy> {
  constructor(private readonly dataSource: DataSource) {}

  execute({ holder }: ShowEffectivePolicy): Promise<EffectivePolicy> {
    return effectivePolicyOf(this.dataSource.manager, holder);
  }
}
