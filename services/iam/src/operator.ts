import { WindlassError } from '@windlass/errors';
import { isPlatformOperator, type CallContext } from '@windlass/principal';
import { callerOf, type Caller } from './caller.js';

/** The caller of an operation that only operators of the platform have. The edge admits nobody else; neither does this. */
export function operatorOf(context: CallContext): Caller {
  if (isPlatformOperator(context.principal)) return callerOf(context);
  throw new WindlassError({ kind: 'forbidden', reason: 'OPERATOR_ONLY', code: 'IAM.0003', message: "Only operators of the platform may do that." });
}
