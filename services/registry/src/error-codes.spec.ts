import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// The status that the documented API gives each of its numbers ("Error Codes").
const DOCUMENTED: Readonly<Record<number, string>> = {
  400: '0400 1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012 1013 1014 1015 1016 1017 1018 1019 1021 1022 1023 1024 1025 1026 1031 1032 1074 1091 1092 1093 1101 1106 1107 1109 1221 1306 1307 1308 1309 1404 1405 1417',
  401: '0401 1118',
  403: '0403 1041 1042 1043 1045 1046 1068 1069 1073 1094 1121 1122 1123 1124 1125 1126 1127 1128 1154',
  404: '0404 1051 1052 1053 1054 1056 1057 1058 1059 1060 1070 1131 1137 1138',
  409: '0409 1061 1062 1063 1065 1066 1147 1148',
  410: '0410',
  412: '1033 1153',
  413: '0413 1071 1072 1201',
  424: '0424',
  428: '0428',
  429: '0429',
  500: '0500',
  503: '0503 1115 1169',
};
const STATUS = new Map<string, number>(Object.entries(DOCUMENTED).flatMap(([status, numbers]) => numbers.split(' ').map((number) => [`FSS.${number}`, Number(status)] as const)));

/** As the edge answers each kind of failure (docs/errors.md). */
const ANSWERED: Readonly<Record<string, number>> = {
  invalid: 400, unauthenticated: 401, forbidden: 403, quota_exceeded: 403, not_found: 404, conflict: 409, gone: 410, precondition_failed: 412, too_large: 413, function_failed: 424, throttled: 429, internal: 500, unavailable: 503,
};
/** No kind of failure is answered 428, which says that a request must be conditional: both are conditions that do not hold. */
const DECIDED = ['DIGEST_MISMATCH', 'FUNCTION_DISABLED'];

describe('every refusal of this service', () => {
  const calls = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: (name) => name.endsWith('.spec.ts') }).flatMap((file) =>
    [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/refusal\(\s*'(\w+)',\s*'(FSS\.\d{4})',\s*'(\w+)'/g)].map(([, kind = '', code = '', reason = '']) => ({ file, kind, code, reason })),
  );

  it('is found by this test', () => expect(calls.length).toBeGreaterThan(80));

  it('has a documented number, with the status that the documents give it', () => {
    const wrong = calls.filter(({ kind, code, reason }) => !DECIDED.includes(reason) && STATUS.get(code) !== ANSWERED[kind]);
    expect(wrong).toEqual([]);
  });
});
