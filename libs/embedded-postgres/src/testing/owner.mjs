// A process of its own that runs PostgreSQL from this package's sources, until it is killed: for tests of what then
// becomes of the server. Arguments: data directory, socket directory. Prints the connection string once it runs.
import { registerHooks } from 'node:module';

// The sources name their neighbours as they will be called when compiled.
registerHooks({
  resolve(specifier, context, next) {
    const source = specifier.startsWith('.') && context.parentURL?.endsWith('.ts') ? specifier.replace(/\.js$/, '.ts') : specifier;
    return next(source, context);
  },
});

const { startPostgres } = await import('../index.ts');
const [dataDirectory, socketDirectory] = process.argv.slice(2);
const server = await startPostgres({ dataDirectory, socketDirectory });
console.log(server.connectionString('postgres'));
