import { addTrigger, demoClient, deploy, eventually, nodeFunction } from './harness/deploy.js';
import { fg, wire } from './harness/tenant.js';

interface Series {
  readonly timestamp: number;
  readonly value: number;
}

// Through the official Node.js SDK, on what the workers tell of real requests.
describe('statistics', () => {
  const client = demoClient();
  const sum = (series: readonly Series[] | undefined): number => (series ?? []).reduce((total, { value }) => total + Math.max(0, value), 0);

  it('tell of requests and failures of a function a moment after they ended, for the function, the project and the month', async () => {
    const deployed = await deploy(nodeFunction(`http.createServer((request, response) => {
      if (request.url.endsWith('/crash')) process.exit(1);
      response.end('here');
    }).listen(8000, '127.0.0.1');`));
    const url = await addTrigger(deployed.urn, deployed.name, `/${deployed.name}`);
    await eventually(() => fetch(url), ({ status }) => status === 200);
    for (let request = 0; request < 4; request++) expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}/crash`)).status).toBe(502);

    type Statistics = Record<'count' | 'fail_count' | 'function_error_count' | 'system_error_count' | 'duration' | 'instance_num', Series[]>;
    const ofFunction = async () => wire<Statistics>(await client.listFunctionStatistics(new fg.ListFunctionStatisticsRequest(deployed.urn, '15')));
    const statistics = await eventually(ofFunction, ({ fail_count }) => sum(fail_count) >= 1);
    expect(sum(statistics.count)).toBeGreaterThanOrEqual(6);
    expect([sum(statistics.fail_count), sum(statistics.function_error_count), sum(statistics.system_error_count)]).toEqual([1, 1, 0]);
    expect(statistics.count).toHaveLength(15);
    expect(sum(statistics.duration)).toBeGreaterThan(0);
    const metrics = wire<Statistics>(await client.showFunctionMetrics(new fg.ShowFunctionMetricsRequest(deployed.urn, '15')));
    expect(sum(metrics.instance_num)).toBeGreaterThanOrEqual(1);
    const project = wire<{ statistics: Statistics }>(await client.listStatistics(new fg.ListStatisticsRequest('monitor_data').withPeriod('15')));
    expect(sum(project.statistics.count)).toBeGreaterThanOrEqual(6);
    const month = wire<{ count: { date: string; value: number }[] }>(await client.listStatistics(new fg.ListStatisticsRequest('monthly_report').withOption('2')));
    expect(month.count.reduce((total, { value }) => total + value, 0)).toBeGreaterThanOrEqual(6);
    const worst = wire<{ values: { key: string; value: number }[] }>(await client.listFunctionAsMetric(new fg.ListFunctionAsMetricRequest().withLimit('100')));
    expect(worst.values).toContainEqual({ key: `default-${deployed.name}`, value: 1 });
    await deployed.remove();
  });
});
