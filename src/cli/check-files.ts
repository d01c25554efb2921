import { parseArgs } from 'node:util';
import { describeViolation, type HistoryVerdict, LINES } from '../sim/checker/check-history.ts';
import { HISTORY_MODELS, type HistoryModel } from '../sim/checker/history-line.ts';
import type { HistoryOperation } from '../sim/checker/operation.ts';
import { parseHistory } from '../sim/checker/parse-history.ts';

const USAGE = `npm run check-history -- FILE… [--model ${HISTORY_MODELS.join('|')}]
  FILE            one JSON object a line: process, type (invoke, ok, fail, info), f (read, write, cas, delete), key, value, time; - is standard input
  --model NAME    kv (default): all of these, and ttlMs; register: read, write and cas alone
Prints a line per file: file, verdict, milliseconds; what is wrong goes to standard error.
Exits 0 if all are linearizable, 1 if one is not, 2 if one could not be decided, 3 if one is malformed: the worst of them.`;

export const EXIT = { linearizable: 0, 'not linearizable': 1, unknown: 2, malformed: 3 } as const;
type Verdict = keyof typeof EXIT;

/** What the command needs of the process around it. */
export interface Surroundings {
  /** The text of a file, `-` = standard input; throws what the system says. */
  readonly read: (file: string) => string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly nowMs: () => number;
  readonly check: (operations: readonly HistoryOperation[]) => HistoryVerdict;
}

/** The command `check-history`. Never throws; returns the exit code. */
export function checkFiles(args: readonly string[], surroundings: Surroundings): number {
  const { out, err, nowMs } = surroundings;
  const asked = parse(args);
  if (typeof asked === 'string') {
    err(`check-history: ${asked}\n\n${USAGE}\n`);
    return EXIT.malformed;
  }
  if (asked.help) out(`${USAGE}\n`);
  let worst = 0;
  for (const file of asked.files) {
    const startedMs = nowMs();
    const { verdict, lines } = judgeFile(file, asked.model, surroundings);
    if (lines.length > 0) err(`${file}: ${lines.join('\n')}\n`);
    out(`${file}\t${verdict}\t${(nowMs() - startedMs).toFixed(1)}\n`);
    worst = Math.max(worst, EXIT[verdict]);
  }
  return worst;
}

interface Asked {
  readonly help: boolean;
  readonly model: HistoryModel;
  readonly files: readonly string[];
}

/** What is wrong with the arguments, where they cannot be understood. */
function parse(args: readonly string[]): Asked | string {
  try {
    const { values, positionals: files } = parseArgs({
      args: [...args],
      options: { model: { type: 'string', default: 'kv' }, help: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const model = HISTORY_MODELS.find((each) => each === values.model);
    if (model === undefined) return `--model takes ${HISTORY_MODELS.join(' or ')}, not "${values.model}"`;
    if (values.help) return { help: true, model, files: [] };
    return files.length === 0 ? 'a file is missing, or - for standard input' : { help: false, model, files };
  } catch (error) {
    return reasonOf(error);
  }
}

interface Judged {
  readonly verdict: Verdict;
  /** What is wrong; none where nothing is. */
  readonly lines: readonly string[];
}

function judgeFile(file: string, model: HistoryModel, { read, check }: Surroundings): Judged {
  let text: string;
  try {
    text = read(file);
  } catch (error) {
    return { verdict: 'malformed', lines: [`cannot be read: ${reasonOf(error)}`] };
  }
  try {
    return judge(text, model, check);
  } catch (error) {
    // It says nothing about the history, and least of all that it is not linearizable.
    const fault = `could not be judged: ${reasonOf(error)}. This is a fault of the program, not of the file.`;
    return { verdict: 'unknown', lines: [fault] };
  }
}

function judge(text: string, model: HistoryModel, check: Surroundings['check']): Judged {
  const parsed = parseHistory(text, model);
  if (!parsed.ok) {
    const where = parsed.line === 0 ? '' : `line ${parsed.line}: `;
    return { verdict: 'malformed', lines: [`${where}${parsed.text}`] };
  }
  const found = check(parsed.operations);
  const { verdict } = found;
  if (verdict === 'not linearizable') return { verdict, lines: describeViolation(found.violation, LINES) };
  if (verdict === 'linearizable') return { verdict, lines: [] };
  return { verdict, lines: [`too many orders to try for ${found.keys.join(', ') || 'it'}`] };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
