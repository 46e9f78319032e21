import { readConfig } from './config.js';

const environment = {
  WINDLASS_LOGS_GRPC_ADDRESS: 'unix:/run/windlass/logs.sock',
  WINDLASS_DATABASE_URL: 'postgresql://localhost/windlass',
  WINDLASS_PRINCIPAL_KEY: 'ab'.repeat(32),
};

describe('the configuration', () => {
  it('needs three variables and has a default for the rest', () => {
    expect(readConfig(environment)).toEqual({
      grpcAddress: 'unix:/run/windlass/logs.sock',
      databaseUrl: 'postgresql://localhost/windlass',
      busUrl: 'postgresql://localhost/windlass',
      principalKey: Buffer.alloc(32, 0xab),
      defaultRetentionDays: 30,
      groupsPerAccount: 100,
      streamsPerGroup: 100,
      functionStreamsPerGroup: 2000,
    });
  });

  it('names a VictoriaLogs to keep lines in', () => {
    const url = 'https://user:secret@victorialogs.example.com:9428';
    expect(readConfig({ ...environment, WINDLASS_LOGS_VICTORIALOGS_URL: url })).toMatchObject({ victoriaLogs: { url } });
    expect(() => readConfig({ ...environment, WINDLASS_LOGS_VICTORIALOGS_URL: 'victoria:secret' })).toThrow(/VICTORIALOGS_URL is not right: it is a URL such as/);
    expect(() => readConfig({ ...environment, WINDLASS_LOGS_VICTORIALOGS_INSERT_URL: url })).toThrow(/VICTORIALOGS_INSERT_URL needs WINDLASS_LOGS_VICTORIALOGS_URL/);
  });

  it('is refused with everything that is wrong, and without a secret', () => {
    const wrong = { WINDLASS_PRINCIPAL_KEY: 'secret', WINDLASS_LOGS_RETENTION_DAYS: '400', WINDLASS_BUS_URL: 'kafka' };
    const refusal = expect.objectContaining({ message: expect.stringMatching(/DATABASE_URL is missing(.|\n)*GRPC_ADDRESS is missing(.|\n)*BUS_URL(.|\n)*PRINCIPAL_KEY is not right(.|\n)*RETENTION_DAYS is "400"/) });
    expect(() => readConfig(wrong)).toThrow(refusal);
    expect(() => readConfig(wrong)).not.toThrow(/secret/);
  });
});
