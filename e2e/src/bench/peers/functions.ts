import { demoClient } from '../../harness/deploy.js';
import { fg } from '../../harness/tenant.js';

/** With the memory comes more processor time than a program of one thread can take: what is compared then is the way to it. */
export const UNHINDERED = { path: '/', concurrency: 64, memoryMb: 4096 };

/** Turns a function's log stream off, with the official SDK. */
export async function withoutLogs(urn: string): Promise<void> {
  const client = demoClient();
  const { func_name, handler, memory_size, timeout, strategy_config } = (await client.showFunctionConfig(new fg.ShowFunctionConfigRequest(urn))) as never as Config;
  const body = new fg.UpdateFunctionConfigRequestBody(func_name, 'http' as never, timeout, handler, memory_size).withEnableLtsLog(false);
  body.strategyConfig = new fg.StrategyConfig().withConcurrency(strategy_config.concurrency).withConcurrentNum(strategy_config.concurrent_num);
  await client.updateFunctionConfig(new fg.UpdateFunctionConfigRequest(urn).withBody(body));
}

interface Config {
  readonly func_name: string;
  readonly handler: string;
  readonly memory_size: number;
  readonly timeout: number;
  readonly strategy_config: { readonly concurrency: number; readonly concurrent_num: number };
}
