import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

// Properties are tried on the same drawn values each time: what is green stays green. The long run draws others each time, and fast-check
// prints the seed of what fails.
const { testPath } = expect.getState();
if (
  process.env.RINGSIDE_LONG === undefined &&
  testPath !== undefined &&
  /'fast-check'/.test(readFileSync(testPath, 'utf8'))
) {
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ seed: 1 });
}

// Tests below the simulation put their engine together themselves: all of it, from the start. Above it, the simulation does (src/sim/in-process-host.ts).
if (testPath !== undefined && /\/src\/core\/(?:client|lsm|meta|node)\//.test(testPath))
  await import('./src/sim/whole-engine.ts');
