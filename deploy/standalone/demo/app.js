// The demo function: an ordinary Express app. Nothing in it knows that it runs as a function.
import express from 'express';

const app = express();
app.use(express.raw({ type: () => true, limit: '6mb' }));

app.get('/', (request, response) => {
  console.log(`greeting ${request.get('x-forwarded-for') ?? 'somebody'}`);
  response.json({
    message: 'Hello from Express on Windlass',
    function: request.get('x-cff-func-name'),
    version: request.get('x-cff-func-version'),
    request_id: request.get('x-cff-request-id'),
  });
});

// Shows the request as it arrived, whatever its method and path.
app.use((request, response) => {
  console.log(`${request.method} ${request.originalUrl}`);
  response.json({
    method: request.method,
    path: request.path,
    query: request.query,
    url: request.originalUrl,
    headers: request.headers,
    body: Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '',
  });
});

app.listen(8000, '127.0.0.1', () => console.log('listening on 127.0.0.1:8000'));
