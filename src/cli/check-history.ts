import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { checkHistory, describeViolation, LINES } from '../sim/checker/check-history.ts';
import { HISTORY_MODELS, type HistoryModel } from '../sim/checker/history-line.ts';
import { parseHistory } from '../sim/checker/parse-history.ts';

const USAGE = `npm run check-history -- FILE… [--model ${HISTORY_MODELS.join('|')}]
  FILE            one JSON object a line: process, type (invoke, ok, fail, info), f (read, write, cas, delete), key, value, time; - is standard input
  --model NAME    kv (default): all of these, and ttlMs; register: read, write and cas alone
Prints a line per file: file, verdict, milliseconds; what is wrong goes to standard error.
Exits 0 if all are linearizable, 1 if one is not, 2 if one could not be decided, 3 if one is malformed: the worst of them.`;

const EXIT = { linearizable: 0, 'not linearizable': 1, unknown: 2, malformed: 3 } as const;
type Verdict = keyof typeof EXIT;

function usage(message: string): never {
  process.stderr.write(`check-history: ${message}\n\n${USAGE}\n`);
  process.exit(EXIT.malformed);
}

function parse() {
  try {
    return parseArgs({
      options: { model: { type: 'string', default: 'kv' }, help: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

function judge(file: string, model: HistoryModel): Verdict {
  const tell = (lines: readonly string[]): void => void process.stderr.write(`${lines.join('\n')}\n`);
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    tell([`${file}: cannot be read: ${error instanceof Error ? error.message : error}`]);
    return 'malformed';
  }
  const parsed = parseHistory(text, model);
  if (!parsed.ok) {
    tell([`${file}: line ${parsed.line}: ${parsed.text}`]);
    return 'malformed';
  }
  const found = checkHistory(parsed.operations);
  if (found.verdict === 'not linearizable') {
    const [first, ...rest] = describeViolation(found.violation, LINES);
    tell([`${file}: ${first}`, ...rest]);
  }
  if (found.verdict === 'unknown') tell([`${file}: too many orders to try for ${found.keys.join(', ') || 'it'}`]);
  return found.verdict;
}

const { values, positionals } = parse();
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const model = HISTORY_MODELS.find((each) => each === values.model);
if (model === undefined) usage(`--model takes ${HISTORY_MODELS.join(' or ')}, not "${values.model}"`);
if (positionals.length === 0) usage('a file is missing, or - for standard input');

let worst = 0;
for (const file of positionals) {
  const startedMs = performance.now();
  const verdict = judge(file, model);
  process.stdout.write(`${file}\t${verdict}\t${(performance.now() - startedMs).toFixed(1)}\n`);
  worst = Math.max(worst, EXIT[verdict]);
}
process.exitCode = worst;
