/** A started service. `close` lets running calls end within a bound and frees everything the service holds. */
export interface RunningService {
  close(): Promise<void>;
}

/** Closes in the reverse order of starting; every one is closed even when another fails, and the failures are told together. */
export async function closeAll(services: readonly RunningService[]): Promise<void> {
  const failures: unknown[] = [];
  for (const service of [...services].reverse()) {
    try {
      await service.close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'some services did not close cleanly');
}
