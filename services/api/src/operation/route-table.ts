import type { Operation } from './operation.js';

export interface Route {
  readonly operation: Operation;
  /** Decoded path segments by the name of the request field they fill. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Node {
  readonly literals: Map<string, Node>;
  variable?: Node;
  readonly operations: Map<string, Operation>;
}

/**
 * Finds the operation of a request by method and path. Segments are compared decoded, because official clients send a
 * URN's colons raw and others as %3A; one trailing slash is tolerated. A literal segment wins over a variable.
 */
export class RouteTable {
  private readonly root = emptyNode();

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) this.add(operation);
  }

  /** `path` is the request target without its query, as received. `undefined` when no operation is there. */
  find(method: string, path: string): Route | undefined {
    const segments = decodeSegments(path);
    const values: string[] = [];
    const operation = segments && search(this.root, segments, 0, method, values);
    if (operation === undefined) return undefined;
    const names = operation.segments.flatMap((segment) => (segment.kind === 'variable' ? [segment.name] : []));
    return { operation, variables: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])) };
  }

  private add(operation: Operation): void {
    let node = this.root;
    for (const segment of operation.segments) {
      if (segment.kind === 'variable') {
        node = node.variable ??= emptyNode();
      } else {
        const next = node.literals.get(segment.text) ?? emptyNode();
        node.literals.set(segment.text, next);
        node = next;
      }
    }
    node.operations.set(operation.method, operation);
  }
}

function emptyNode(): Node {
  return { literals: new Map(), operations: new Map() };
}

/** Depth is that of the deepest template, and each level has two ways at most: the search is bounded by the contract. */
function search(node: Node, segments: readonly string[], at: number, method: string, values: string[]): Operation | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.operations.get(method);
  const literal = node.literals.get(segment);
  const found = literal && search(literal, segments, at + 1, method, values);
  if (found !== undefined) return found;
  if (node.variable === undefined || segment === '') return undefined;
  const depth = values.push(segment);
  const bound = search(node.variable, segments, at + 1, method, values);
  if (bound === undefined) values.length = depth - 1;
  return bound;
}

function decodeSegments(path: string): readonly string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  const raw = path.slice(1).split('/');
  if (raw.length > 1 && raw.at(-1) === '') raw.pop();
  try {
    return raw.map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}
