import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchChecks, checksLine, withinCost } from './bench/checks.ts';
import { benchEngine } from './bench/engine.ts';
import { ENGINE_HEADING, ENGINE_NOTES, engineLine, stretchesLine } from './bench/engine-figure.ts';
import { benchFrames, frameLine, withinBudget } from './bench/frames.ts';
import { benchWorld, worldLine } from './bench/world.ts';

interface Measured {
  readonly figures: readonly unknown[];
  readonly lines: readonly string[];
  /** False: a budget was not kept. */
  readonly passed: boolean;
}

const BENCHES: Record<string, () => Promise<Measured>> = {
  world: async () => {
    const figures = await benchWorld();
    return { figures, lines: figures.map(worldLine), passed: true };
  },
  checks: async () => {
    const figures = [benchChecks('strong'), benchChecks('eventual')];
    return { figures, lines: figures.map(checksLine), passed: figures.every(withinCost) };
  },
  frames: async () => {
    const figures = await benchFrames();
    return { figures, lines: figures.map(frameLine), passed: figures.every(withinBudget) };
  },
  engine: async () => {
    const print = (line: string): boolean => process.stdout.write(`${line}\n`);
    for (const note of ENGINE_NOTES) print(note);
    print(ENGINE_HEADING);
    // Each line as it comes: a million keys take their time.
    const figures = await benchEngine(keys, (figure) => print(engineLine(figure)));
    return { figures, lines: [stretchesLine(figures)], passed: true };
  },
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string' }, keys: { type: 'string', default: '100000' } },
});
const keys = Number(values.keys);
if (!Number.isInteger(keys) || keys < 1000) {
  process.stderr.write(`bench: --keys takes an integer from 1000 on, not "${values.keys}"\n`);
  process.exit(2);
}
const names = values.only === undefined ? Object.keys(BENCHES) : [values.only];
const figures: unknown[] = [];
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) {
    process.stderr.write(`bench: there is no "${name}"; there is ${Object.keys(BENCHES).join(', ')}\n`);
    process.exit(2);
  }
  const measured = await bench();
  figures.push(...measured.figures);
  for (const line of measured.lines) process.stdout.write(`${line}\n`);
  if (!measured.passed) process.exitCode = 1;
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
