import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packFiles, packNodeApp } from '@windlass/function-package';
import { deploy, eventually, nodeFunction, uniqueName } from './harness/deploy.js';

const has = (program: string, ...args: string[]): boolean => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
// A runtime that this machine lacks cannot be shown on it; the test is then reported as skipped, with the reason.
const whenThere = (there: boolean) => (name: string, body: () => Promise<void>) => {
  if (!there) process.stderr.write(`skipped "${name}": this machine has no such runtime\n`);
  (there ? it : it.skip)(name, body);
};

/** Deploys, asks for `<url>/größe?x=1` and expects the app to have seen the same. */
async function serves(code: Buffer, memoryMb = 256): Promise<void> {
  const path = `/${uniqueName('app')}`;
  const deployed = await deploy(code, { path, memoryMb });
  try {
    const response = await eventually(() => fetch(`${deployed.url}/gr%C3%B6%C3%9Fe?x=1`, { method: 'POST', body: 'hello' }), ({ status }) => status !== 404);
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: `POST ${path}/gr%C3%B6%C3%9Fe?x=1 hello` });
  } finally {
    await deployed.remove();
  }
}

describe('an HTTP function runs', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'windlass-app-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, content: string, mode = 0o644): void => writeFileSync(join(folder, name), content, { mode });

  it('plain Node.js', async () => {
    await serves(
      await packFiles(
        nodeFunction(`http.createServer(async (request, response) => {
          let body = '';
          for await (const chunk of request) body += chunk;
          response.end(request.method + ' ' + request.url + ' ' + body);
        }).listen(8000, '127.0.0.1');`),
      ),
    );
  });

  // Packed from here, where the frameworks are installed; the tenants' own folders look the same.
  it.each([
    ['Express', 'express', "import express from 'express';\nconst app = express();\napp.use(express.text({ type: () => true }));\napp.use((request, response) => void response.send(`${request.method} ${request.originalUrl} ${request.body}`));\napp.listen(8000, '127.0.0.1');\n"],
    ['Koa', 'koa', "import Koa from 'koa';\nconst app = new Koa();\napp.use(async (context) => {\n  let body = '';\n  for await (const chunk of context.req) body += chunk;\n  context.body = `${context.method} ${context.url} ${body}`;\n});\napp.listen(8000, '127.0.0.1');\n"],
  ])('%s', async (_name, framework, source) => {
    const app = join(import.meta.dirname, `../node_modules/.e2e-${uniqueName(framework)}`);
    mkdirSync(app, { recursive: true });
    try {
      writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', type: 'module', dependencies: { [framework]: '*' } }));
      writeFileSync(join(app, 'app.js'), source);
      writeFileSync(join(app, 'bootstrap'), '#!/bin/sh\nexec node app.js\n', { mode: 0o755 });
      await serves(await packNodeApp(app));
    } finally {
      rmSync(app, { recursive: true, force: true });
    }
  });

  whenThere(has('/usr/bin/python3', '--version'))('a Python server', async () => {
    write('bootstrap', '#!/bin/sh\nexec /usr/bin/python3 -u server.py\n', 0o755);
    write(
      'server.py',
      `from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Echo(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('content-length', 0)))
        answer = ('POST ' + self.path + ' ').encode() + body
        self.send_response(200)
        self.send_header('content-length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
ThreadingHTTPServer(('127.0.0.1', 8000), Echo).serve_forever()
`,
    );
    await serves(await packPythonFolder());
  });

  whenThere(has('go', 'version'))('a Go binary, which is bootstrap itself', async () => {
    write('go.mod', 'module echo\n\ngo 1.20\n');
    write(
      'main.go',
      `package main

import (
	"fmt"
	"io"
	"net/http"
)

func main() {
	http.ListenAndServe("127.0.0.1:8000", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.RequestURI, body)
	}))
}
`,
    );
    execFileSync('go', ['build', '-o', 'bootstrap', '.'], { cwd: folder, env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' } });
    await serves(await packFiles([{ name: 'bootstrap', content: readFileSync(join(folder, 'bootstrap')), executable: true }]));
  });

  whenThere(has('gcc', '--version'))('a C server, which is bootstrap itself', async () => {
    write(
      'server.c',
      `#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void) {
  int server = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8000), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 64)) return 1;
  for (;;) {
    int client = accept(server, 0, 0);
    char request[65536] = "", answer[65536], body[4096] = "", method[16] = "", target[4096] = "";
    size_t have = 0, length = 0;
    char *end = 0;
    while (!end || have < (size_t)(end - request) + 4 + length) {
      ssize_t got = read(client, request + have, sizeof request - 1 - have);
      if (got <= 0) break;
      have += got;
      request[have] = 0;
      if (!end && (end = strstr(request, "\\r\\n\\r\\n"))) {
        char *field = strcasestr(request, "content-length:");
        length = field ? strtoul(field + 15, 0, 10) : 0;
      }
    }
    if (!end) { close(client); continue; }
    memcpy(body, end + 4, length < sizeof body - 1 ? length : sizeof body - 1);
    sscanf(request, "%15s %4095s", method, target);
    int size = snprintf(0, 0, "%s %s %s", method, target, body);
    int total = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n%s %s %s", size, method, target, body);
    if (write(client, answer, total) < 0) return 1;
    close(client);
  }
}
`,
    );
    execFileSync('gcc', ['-D_GNU_SOURCE', '-O1', '-static', '-o', 'bootstrap', 'server.c'], { cwd: folder });
    await serves(await packFiles([{ name: 'bootstrap', content: readFileSync(join(folder, 'bootstrap')), executable: true }]));
  });

  whenThere(has('javac', '-version') && has('jar', '--version'))('a Java jar', async () => {
    write(
      'Echo.java',
      `import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
public class Echo {
  public static void main(String[] args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 8000), 0);
    server.createContext("/", exchange -> {
      byte[] body = exchange.getRequestBody().readAllBytes();
      byte[] answer = (exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + new String(body)).getBytes("utf-8");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    server.start();
  }
}
`,
    );
    execFileSync('javac', ['Echo.java'], { cwd: folder });
    const classes = ['Echo.class', ...spawnSync('ls', { cwd: folder, encoding: 'utf8' }).stdout.split('\n').filter((name) => /^Echo\$.*\.class$/.test(name))];
    execFileSync('jar', ['--create', '--file', 'echo.jar', '--main-class', 'Echo', ...classes], { cwd: folder });
    const java = spawnSync('readlink', ['-f', '/usr/bin/java'], { encoding: 'utf8' }).stdout.trim() || 'java';
    await serves(
      await packFiles([
        { name: 'bootstrap', content: `#!/bin/sh\nexec ${java} -Dfile.encoding=utf-8 -Xmx128m -jar echo.jar\n`, executable: true },
        { name: 'echo.jar', content: readFileSync(join(folder, 'echo.jar')) },
      ]),
      512,
    );
  });

  /** A folder that is no Node.js app: its files as they are. */
  function packPythonFolder(): Promise<Buffer> {
    return packFiles(['bootstrap', 'server.py'].map((name) => ({ name, content: readFileSync(join(folder, name)), executable: name === 'bootstrap' })));
  }
});
