import { spawn } from 'node:child_process';
import { ROOT } from './ensure-modules.mjs';

const running = new Set();
const posix = process.platform !== 'win32';

function end(child, signal) {
  try {
    // The whole group: browsers, workers and servers that the command started go with it.
    if (posix) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It is gone already.
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of running) end(child, 'SIGKILL');
    process.exit(130);
  });
}

/**
 * Runs Node with `args` in `cwd`. Resolves to { code, output, timedOut }; `code` is null when it was ended by a signal.
 * With `quiet` the output is only collected, else it is shown as it comes too.
 */
export function runNode(args, { cwd = ROOT, env = {}, timeoutMs, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: posix,
    });
    running.add(child);
    let output = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      end(child, 'SIGKILL');
    }, timeoutMs);
    const take = (stream) => (chunk) => {
      output += chunk;
      if (!quiet) stream.write(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', take(process.stdout));
    child.stderr.setEncoding('utf8').on('data', take(process.stderr));
    const finish = (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output, timedOut });
    };
    child.on('error', () => finish(null));
    child.on('close', finish);
  });
}
