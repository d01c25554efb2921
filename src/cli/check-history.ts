import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { checkHistory } from '../sim/checker/check-history.ts';
import { checkFiles, EXIT } from './check-files.ts';

// Node's own exit code of what nobody caught is 1, which is a verdict here. A pipe that nobody reads any more ends here as well.
process.on('uncaughtException', (error) => {
  process.stderr.write(`check-history: ${error.stack ?? error.message}\n`);
  process.exit(EXIT.unknown);
});

process.exitCode = checkFiles(process.argv.slice(2), {
  read: (file) => readFileSync(file === '-' ? 0 : file, 'utf8'),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  nowMs: () => performance.now(),
  check: (operations) => checkHistory(operations),
});
