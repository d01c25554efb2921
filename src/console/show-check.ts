import type {
  CheckQuery,
  CheckReport,
  InvariantReport,
  KeyReport,
  SeenOperation,
} from '../core/cluster/check-report.ts';
import { answerWords, askedWords, sizeWords, tookWords, violationWords } from '../core/cluster/check-words.ts';
import type { Cluster } from './cluster.ts';
import type { CommandContext } from './command.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { bytesToText, plural, showTime } from './show.ts';

const OPERATIONS_SHOWN = 20;
const KEYS_SHOWN = 8;
/** A report judges for a quarter of a second and leaves the rest to the next one: what is not judged by then is told to be due. */
const ASKED_MAX = 120;

/** CHECK. `value`: the verdict, in all and by key. */
export async function showCheck({ cluster }: CommandContext, key: Uint8Array | undefined): Promise<CommandResult> {
  const name = key === undefined ? undefined : bytesToText(key);
  const report = await judged(cluster, { key: name });
  const keys = report.keys.filter((each) => name === undefined || each.key === name);
  // A rule may break before anybody has asked for anything: two leaders of one term need no client.
  const brokenRules = name === undefined ? report.invariants.flatMap(brokenLines) : [];
  if (keys.length === 0 && brokenRules.length === 0) return refuse('NothingToDo', nothingSeen(name));
  const { operations, unknown, due, earlier, full } = report;
  const violation = name === undefined || report.violation?.key === name ? report.violation : undefined;
  const verdict = name === undefined ? report.verdict : (keys[0] as KeyReport).verdict;
  const took = keys.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const size = name === undefined ? sizeWords(report) : plural((keys[0] as KeyReport).operations, 'operation');
  const bad = keys.filter((each) => each.verdict !== 'linearizable');
  const lines = [
    keys.length === 0 ? 'no operation to judge' : `${verdict}  ${size} · ${tookWords(took)}`,
    ...(violation === undefined ? [] : [`${violation.key}: ${violationWords(violation)}`]),
    ...(violation?.explanation ?? []).map((operation) => `  ${operationLine(operation)}`),
    ...(name === undefined ? bad.slice(0, KEYS_SHOWN).map((each) => `${each.key}: ${each.verdict}`) : []),
    ...(bad.length > KEYS_SHOWN && name === undefined ? [`… ${plural(bad.length - KEYS_SHOWN, 'more key')}`] : []),
    ...brokenRules,
    ...(due > 0 ? [`${plural(due, 'key')} not judged yet: CHECK goes on`] : []),
    ...(earlier > 0 ? [`${plural(earlier, 'write')} from before the page was loaded may have happened or not`] : []),
    ...(full ? ['The history is full: what began later is not in it. RESET begins a new one.'] : []),
  ];
  const broken = report.invariants.filter((each) => each.broken !== undefined).map((each) => each.name);
  return succeed(lines.join('\n'), { verdict, operations, unknown, keys, broken, tookMs: took });
}

/** HISTORY. `value`: the text of a file for `npm run check-history`. */
export async function showHistory(
  { cluster, session, runId }: CommandContext,
  key: Uint8Array | undefined,
  to: 'file' | undefined,
): Promise<CommandResult> {
  const name = key === undefined ? undefined : bytesToText(key);
  const { shown, matching } = await cluster.check({ key: name });
  if (matching === 0) return refuse('NothingToDo', nothingSeen(name));
  const text = await cluster.historyFile(name);
  const what = name === undefined ? plural(matching, 'operation') : `${plural(matching, 'operation')} on ${name}`;
  if (to === 'file') {
    if (session.onSave === undefined)
      return refuse('NotAvailable', 'Files cannot be saved here. Open Ringside in a page of its own.');
    const fileName = `ringside-${runId}-history.jsonl`;
    session.onSave(text, fileName);
    return succeed(`Saved as ${fileName}: ${what} · npm run check-history judges it`, text);
  }
  const last = shown.slice(-OPERATIONS_SHOWN);
  const hidden = matching - last.length;
  const lines = [
    ...(hidden > 0 ? [`… ${hidden} earlier; HISTORY to=file saves all`] : []),
    ...last.map(operationLine),
    `${what}  CHECK judges them`,
  ];
  return succeed(lines.join('\n'), text);
}

/** A rule that was broken says more than any verdict on what clients happened to see. */
const brokenLines = ({ name, broken }: InvariantReport): readonly string[] =>
  broken === undefined ? [] : [`${name} broken at ${showTime(broken.timeUs)}: ${broken.detail}`];

/** Once everything has been judged. */
async function judged(cluster: Cluster, query: CheckQuery): Promise<CheckReport> {
  let report = await cluster.check(query);
  for (let asked = 1; report.due > 0 && asked < ASKED_MAX; asked++) report = await cluster.check(query);
  return report;
}

function operationLine(operation: SeenOperation): string {
  const { process, key, invokedNs, completedNs, status } = operation;
  const until = status === 'unknown' ? '…' : showTime(completedNs / 1000);
  const [verb, ...rest] = askedWords(operation).split(' ');
  return `${showTime(invokedNs / 1000)} – ${until}  ${process}  ${[verb, key, ...rest].join(' ')}  ${answerWords(operation)}`;
}

const nothingSeen = (key: string | undefined): string =>
  key === undefined
    ? 'No operation has been asked for: there is nothing to examine. PUT user:42 ada is one.'
    : `No operation has named ${key}: there is nothing to examine. GET ${key} is one.`;
