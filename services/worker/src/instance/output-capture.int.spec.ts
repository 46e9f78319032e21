import { closeSync, writeSync } from 'node:fs';
import { openOutputPipe } from '../sandbox/output-pipe.js';
import type { OutputLine } from './instance-spec.js';
import { OutputCapture } from './output-capture.js';

describe('the output of an instance', () => {
  let lines: OutputLine[];
  let heard: () => void;
  let capture: OutputCapture;
  let pipe: ReturnType<typeof openOutputPipe>;
  let reading: ReturnType<OutputCapture['read']>;

  beforeEach(() => {
    lines = [];
    heard = () => undefined;
    capture = new OutputCapture((line) => {
      lines.push(line);
      heard();
    });
    pipe = openOutputPipe(undefined);
    reading = capture.read(pipe.readFd, 'stdout');
  });
  afterEach(async () => {
    reading.destroy();
    await reading.ended;
  });

  const texts = () => lines.map(({ text }) => text);
  const hears = async (count: number) => {
    while (lines.length < count) await new Promise<void>((resolve) => (heard = resolve));
  };

  it('is shown as far as a line has come when it does not end, and the rest later', async () => {
    writeSync(pipe.writeFd, 'whole\nhow many? ');
    await hears(2);
    expect(texts()).toEqual(['whole', 'how many? ']);
    writeSync(pipe.writeFd, 'seven\n');
    await hears(3);
    expect(texts().at(-1)).toBe('seven');
    closeSync(pipe.writeFd);
  });

  it('is shown as far as a line has come when its request is over', async () => {
    writeSync(pipe.writeFd, 'no end');
    while (lines.length === 0) {
      await new Promise(setImmediate);
      capture.endLines();
    }
    capture.endLines();
    writeSync(pipe.writeFd, 'of another');
    closeSync(pipe.writeFd);
    await reading.ended;
    expect(texts()).toEqual(['no end', 'of another']);
  });
});
