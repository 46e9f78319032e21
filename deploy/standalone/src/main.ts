import { startDeployment, type Deployment } from './deployment.js';
import { watchNpm } from './npm-watch.js';
import { parseCommand } from './options.js';
import { Progress } from './progress.js';
import { Shutdown } from './shutdown.js';

// One Ctrl-C arrives twice: from the terminal and, passed on, from npm. Only what comes later was meant as a second one.
const SAME_SIGNAL_MS = 1_000;

const command = parseCommand(process.argv.slice(2), process.env, process.cwd());
if ('help' in command) {
  process.stdout.write(command.help);
} else if ('problems' in command) {
  for (const problem of command.problems) say(problem);
  process.exitCode = 2;
} else {
  const shutdown = new Shutdown(say);
  stopOnSignal(shutdown);
  try {
    const progress = new Progress((text) => process.stderr.write(text));
    const deployment = await startDeployment(command.run, progress, (undo) => shutdown.push(undo));
    process.stdout.write(readyText(deployment));
    throw new Error(await deployment.broken);
  } catch (error) {
    // A start that was interrupted fails in some part; the reason is the interruption, and it ends the process.
    if (!shutdown.begun) {
      say(error instanceof Error ? error.message : String(error));
      await shutdown.run();
      process.exit(1);
    }
  }
}

/** Ctrl-C, a closed terminal, a service manager's stop, or npm gone: stop in order. A second Ctrl-C stops at once. */
function stopOnSignal(shutdown: Shutdown): void {
  let first = 0;
  const stop = async (): Promise<void> => {
    if (shutdown.begun) {
      // What still runs is tied to this process by the kernel and ends with it.
      if (performance.now() - first > SAME_SIGNAL_MS) process.exit(130);
      return;
    }
    first = performance.now();
    say('stopping; the data stays');
    await shutdown.run();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  watchNpm(process.env.npm_lifecycle_event !== undefined, () => void stop());
}

function say(text: string): void {
  process.stderr.write(`windlass: ${text.replaceAll('\n', '\nwindlass: ')}\n`);
}

function readyText({ credentials, credentialsFile, logDirectory }: Deployment): string {
  const { admin, demo } = credentials;
  return `
Windlass is ready.

  REST API   ${credentials.api}
  gRPC API   ${credentials.grpc}
  Gateway    ${credentials.gateway}
  Region     ${credentials.region}

  Administrator  account ${admin.domain}, user ${admin.user}, password ${admin.password}
  Demo tenant    account ${demo.domain}, user ${demo.user}, password ${demo.password}
                 access key ${demo.access_key}, project ${demo.project_id}
  All credentials, secret keys too, are in ${credentialsFile}

  Demo function  ${demo.function_urn}
  Try it:        curl ${demo.url}

  Logs of the platform are in ${logDirectory}. Ctrl-C stops everything; the data stays.

`;
}
