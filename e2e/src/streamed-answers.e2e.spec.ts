import { packFiles } from '@windlass/function-package';
import { demoClient, deploy, eventually, nodeFunction, uniqueName, type Deployed } from './harness/deploy.js';
import { fg, wire } from './harness/tenant.js';

const MIB = 1024 * 1024;

// Answers as many bytes as the path says, no faster than they are taken.
const SCRIPT = `
  http.createServer((request, response) => {
    let left = Number(request.url.split('/').pop());
    const block = Buffer.alloc(64 * 1024, 'x');
    const writeOn = () => {
      while (left > 0) {
        const piece = left < block.length ? block.subarray(0, left) : block;
        left -= piece.length;
        if (!response.write(piece)) return;
      }
      response.off('drain', writeOn).end();
    };
    response.on('drain', writeOn);
    writeOn();
  }).listen(8000, '127.0.0.1');
`;

describe('the answers of a function', () => {
  let deployed: Deployed;
  const update = async (isReturnStream: boolean): Promise<object> => {
    const config = new fg.UpdateFunctionConfigRequestBody(deployed.name, 'http' as never, 60, 'bootstrap', 256);
    Object.assign(config, { is_return_stream: isReturnStream });
    return demoClient().updateFunctionConfig(new fg.UpdateFunctionConfigRequest(deployed.urn).withBody(config));
  };
  const ask = (bytes: number): Promise<Response> => fetch(`${deployed.url}/${bytes}`);

  beforeAll(async () => {
    const path = `/${uniqueName('stream')}`;
    deployed = await deploy(await packFiles(nodeFunction(SCRIPT)), { path });
    await eventually(() => ask(1), ({ status }) => status === 200);
  });
  afterAll(() => deployed?.remove());

  it('are held to 6 MB, and the refusal says how to answer more', async () => {
    expect((await (await ask(6 * MIB)).arrayBuffer()).byteLength).toBe(6 * MIB);
    const refused = await ask(6 * MIB + 1);
    expect(refused.status).toBe(502);
    expect(await refused.json()).toMatchObject({ error_code: 'FSS.4004', error_msg: expect.stringMatching(/limit of 6291456\. Set is_return_stream/) });
  });

  it('are streamed up to 200 MB when is_return_stream is set, which the API shows', async () => {
    expect(wire<{ is_return_stream: boolean }>(await update(true)).is_return_stream).toBe(true);
    const answer = await eventually(() => ask(6 * MIB + 1), ({ status }) => status === 200);
    expect((await answer.arrayBuffer()).byteLength).toBe(6 * MIB + 1);
    let read = 0;
    for await (const piece of (await ask(120 * MIB)).body as ReadableStream<Uint8Array>) read += piece.length;
    expect(read).toBe(120 * MIB);
    await update(false);
    await eventually(() => ask(6 * MIB + 1), ({ status }) => status === 502);
  });
});
