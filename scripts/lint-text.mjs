// Lints pieces of code as if they stood in the named files: reads [{file, code}] from standard input, writes the broken
// rules of each as JSON. A process of its own, since Jest's module system and ESLint's do not go together.
import { text } from 'node:stream/consumers';

// Where CI is set, the type-aware parser assumes that every file is what is on disk; here none is.
process.env.TSESTREE_SINGLE_RUN = 'false';
const { ESLint } = await import('eslint');

const eslint = new ESLint();
const answers = [];
for (const { file, code } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(code, { filePath: file });
  answers.push(result.messages.map((message) => message.ruleId ?? message.message));
}
process.stdout.write(JSON.stringify(answers));
