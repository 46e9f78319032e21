import { fromJson, toBinary, type JsonObject } from '@bufbuild/protobuf';
import { Access } from '@windlass/contracts/options/v1/operation';
import fc from 'fast-check';
import { problemOfRefusal } from './every-operation/error-shape.js';
import { furnishTenant, signUp, type FurnishedTenant } from './every-operation/furnished-tenant.js';
import { hostileRequest, shaped } from './every-operation/hostile-input.js';
import { callGrpcBytes, hangUp, sendRest, type Answer, type Credential } from './every-operation/public-calls.js';
import { publicOperations, type PublicOperation } from './every-operation/public-operations.js';
import { sampleRequest } from './every-operation/sample-requests.js';
import { everythingOf } from './every-operation/tenant-inventory.js';
import { uniqueName } from './harness/deploy.js';
import { newPlace, startPlatform, type Platform, type PlatformPlace } from './harness/platform.js';

// More runs find more; a failure prints the seed that repeats it.
const RUNS = Number(process.env['WINDLASS_BAD_INPUT_RUNS'] ?? 30);
const SEED = process.env['WINDLASS_BAD_INPUT_SEED'];
const settings = { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) };

// On a platform of its own: this uses up what the shared one lets strangers try in a minute.
describe('whatever is sent to', () => {
  let place: PlatformPlace;
  let platform: Platform;
  let tenant: FurnishedTenant;
  let ids: Readonly<Record<string, string>>;
  let operator: Credential;

  beforeAll(async () => {
    place = await newPlace();
    platform = await startPlatform(place);
    process.env['WINDLASS_E2E_CREDENTIALS'] = JSON.stringify(platform.credentials);
    tenant = await furnishTenant('hostile');
    const { admin } = platform.credentials;
    operator = { kind: 'signature', accessKey: admin.access_key, secretKey: admin.secret_key, projectId: admin.project_id };
    // What operators do to accounts is done to one that nothing else needs.
    const name = uniqueName('victim');
    const victim = await signUp({ account_name: name, user_name: name, password: 'Correct-Horse-1', email: `${name}@example.com` });
    ids = { ...tenant.ids, account_id: String(victim['domain_id']) };
  });
  afterAll(async () => {
    hangUp();
    await platform?.stop();
    place?.remove();
  });

  const credentialFor = ({ access }: PublicOperation): Credential => {
    if (access === Access.ANONYMOUS) return { kind: 'none' };
    return access === Access.OPERATOR ? operator : tenant.administrator;
  };

  it.each(publicOperations)('$name over REST: no failure, and nothing written by what is refused', async (operation) => {
    const before = await everythingOf(tenant);
    let accepted = 0;
    const property = fc.asyncProperty(hostileRequest(operation, sampleRequest(operation, ids)), async ({ method, target, headers, body }) => {
      const answer = await sendRest(method, target, credentialFor(operation), { headers, ...(body === undefined ? {} : { body }) });
      if (answer.outcome === 'ok') accepted += 1;
      else expect({ problem: problemOfRefusal(operation, answer), answer: shortened(answer) }).toMatchObject({ problem: undefined });
    });
    await fc.assert(property, settings);
    if (accepted === 0) expect(await everythingOf(tenant)).toBe(before);
  });

  it.each(publicOperations)('$name over gRPC: no failure', async (operation) => {
    const message = fc.oneof(
      { weight: 4, arbitrary: shaped(operation.input).map((fields) => encodedMessage(operation, { ...sampleRequest(operation, ids), ...fields })) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
    );
    const property = fc.asyncProperty(message, async (bytes) => {
      const answer = await callGrpcBytes(operation, bytes, credentialFor(operation));
      expect({ failed: answer.outcome === 'failed', answer: shortened(answer) }).toMatchObject({ failed: false });
    });
    // Names and values are the same as over REST: what differs is read sooner.
    await fc.assert(property, { ...settings, numRuns: Math.ceil(RUNS / 3) });
  });
});

/** The message as far as the fields fit it. */
function encodedMessage(operation: PublicOperation, fields: JsonObject): Uint8Array {
  const fitting = Object.fromEntries(Object.entries(fields).filter(([name, value]) => fits(operation, { [name]: value })));
  return toBinary(operation.input, fromJson(operation.input, fitting));
}

function fits(operation: PublicOperation, fields: JsonObject): boolean {
  try {
    return toBinary(operation.input, fromJson(operation.input, fields)) !== undefined;
  } catch {
    return false;
  }
}

function shortened({ status, text }: Answer): object {
  return { status, text: text.slice(0, 300) };
}
