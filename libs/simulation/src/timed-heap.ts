export interface Timed {
  /** Simulated milliseconds. */
  readonly due: number;
}

/** Things to come, the earliest first: a binary heap. */
export class TimedHeap<T extends Timed> {
  private readonly items: T[] = [];

  get first(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    const { items } = this;
    let place = items.push(item) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (items[above]!.due <= item.due) break;
      items[place] = items[above]!;
      place = above;
    }
    items[place] = item;
  }

  shift(): T | undefined {
    const { items } = this;
    const first = items[0];
    const item = items.pop();
    if (item === undefined || items.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && items[below + 1]!.due < items[below]!.due) below += 1;
      if (items[below]!.due >= item.due) break;
      items[place] = items[below]!;
      place = below;
    }
    items[place] = item;
    return first;
  }
}
