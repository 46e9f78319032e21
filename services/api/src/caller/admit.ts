import type { Message } from '@bufbuild/protobuf';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { edgeError } from '../error/index.js';
import { fillTemplate, type Operation } from '../operation/index.js';
import { authorize } from './authorize.js';

/** Refuses a caller who may not perform this operation with this request, as "forbidden" naming action and resource. */
export function admit(principal: Principal, operation: Operation, request: Message): void {
  const decision = authorize(principal, {
    access: operation.access,
    action: operation.action,
    resource: fillTemplate(operation.resource, (field) => textOf(operation, request, field)),
    projectId: textOf(operation, request, 'project_id'),
  });
  if (decision.allowed) return;
  const failure = decision.reason === 'FOREIGN_PROJECT' ? 'foreign_project' : 'forbidden';
  throw edgeError(operation, failure, decision.reason, decision.message);
}

function textOf(operation: Operation, request: Message, name: string): string {
  const field = operation.input.fields.find((candidate) => candidate.name === name);
  const value = field && (request as unknown as Record<string, unknown>)[field.localName];
  return value === undefined ? '' : String(value);
}
