/**
 * Life of an instance:
 *
 *   starting -> ready -> busy <-> idle -> draining -> gone
 *                 |               |
 *                 +--> frozen <---+      frozen -> busy
 *
 * `ready` has opened its port and not served yet; `idle` has. `frozen` was either, and none of its processes runs until a request thaws
 * it. `draining` takes no request any more and goes when its last one
 * has ended. From every state an instance can go straight to `gone`, as processes die when they like.
 */
export type InstanceState =
  | { readonly name: 'starting' }
  | { readonly name: 'ready' }
  | { readonly name: 'busy' }
  | { readonly name: 'idle' }
  | { readonly name: 'frozen' }
  | { readonly name: 'draining'; readonly why: StopReason }
  | { readonly name: 'gone'; readonly why: string };

export type InstanceStateName = InstanceState['name'];

/** Why we end an instance. */
export type StopReason =
  /** Nobody needed it for a while. */
  | 'idle'
  /** Its function has a newer revision or is removed. */
  | 'retired'
  /** Another function needs its room. */
  | 'evicted'
  /** A customer's key that it was started with can no longer be used. */
  | 'key'
  /** It did not answer in time, so nobody knows what it would do to the next request. */
  | 'doubtful'
  /** Its account demands a stronger isolation than it has. */
  | 'isolation'
  /** The worker stops. */
  | 'closing';
