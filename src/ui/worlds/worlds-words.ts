import type { CheckReport } from '../../core/cluster/check-report.ts';
import { decodeKey } from '../../core/cluster/describe.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { outcomeText } from '../store/outcome-text.ts';
import type { AskedHere, World } from './worlds-at.ts';

/** What the client was told, in a line. */
export function answerOf({ outcome, answeredUs, askedUs }: AskedHere): {
  readonly tone: 'ok' | 'bad' | 'warn' | 'dim';
  readonly word: string;
  readonly more: string;
} {
  if (outcome === undefined) return { tone: 'dim', word: '…', more: 'under way' };
  const took = `${Math.round((answeredUs - askedUs) / 1000)} ms`;
  const { text } = outcomeText(outcome);
  if (outcome.status === 'unknown') return { tone: 'warn', word: 'unknown', more: `may have happened · ${took}` };
  if (outcome.status === 'fail') return { tone: 'bad', word: 'refused', more: `${outcome.code} · ${took}` };
  const from = outcome.node === 0 ? [] : [`from ${nodeName(outcome.node)}`];
  const { answers, homes } = outcome.replicas ?? {};
  const acks = answers === undefined ? [] : [`${answers.length} of ${homes?.length ?? 0} replicas`];
  const strong = answers === undefined && outcome.acks > 0 ? [`${outcome.acks} of ${outcome.voters} replicas`] : [];
  return { tone: 'ok', word: text, more: [...from, ...acks, ...strong, took].join(' · ') };
}

/** Consistency as the checker says, availability as the clients were answered. */
export function headlineOf(asked: readonly AskedHere[], verdict: CheckReport['verdict']): string {
  const refused = asked.filter(({ outcome }) => outcome !== undefined && outcome.status !== 'ok').length;
  if (verdict === 'nothing' || verdict === 'unknown') return 'No verdict yet.';
  const consistent = verdict === 'linearizable';
  if (consistent) return refused > 0 ? 'Consistent, not available.' : 'Consistent, and available so far.';
  return refused > 0 ? 'Neither consistent nor always available.' : 'Available, not consistent.';
}

/** Who got no answer, by client. */
export function availabilityOf(asked: readonly AskedHere[]): string {
  const without = (status: string) => asked.filter(({ outcome }) => outcome?.status === status);
  const clients = [...new Set([...without('fail'), ...without('unknown')].map(({ client }) => client))];
  if (clients.length === 0) return `All ${asked.length} operations were answered.`;
  const parts = [
    ...(without('fail').length > 0 ? [`${without('fail').length} refused`] : []),
    ...(without('unknown').length > 0 ? [`${without('unknown').length} unknown`] : []),
  ];
  return `Of ${asked.length} operations ${parts.join(', ')}: those of ${clients.join(' and ')}.`;
}

/** What became of each acknowledged write, by the last read that asked every replica; undefined: there was none after it. */
export interface Promises {
  readonly converged: boolean;
  /** The value that all of them hold. */
  readonly holds: readonly string[];
  /** Acknowledged, and gone for a newer one. */
  readonly replaced: readonly string[];
  /** Acknowledged, gone, and nothing newer is there: that must not be. */
  readonly lost: readonly string[];
}

/** What the eventual keyspace promises, judged by outcomes alone: the last read of all replicas against the writes before it. */
export function promisesOf(asked: readonly AskedHere[]): Promises | undefined {
  const own = asked.filter(({ world }) => world === 'eventual');
  const last = own.findLast(
    ({ outcome }) =>
      outcome?.status === 'ok' &&
      outcome.result.type === 'EventualFound' &&
      (outcome.replicas?.homes.length ?? 0) > 0 &&
      outcome.replicas?.answers.length === outcome.replicas?.homes.length,
  );
  if (last?.outcome?.status !== 'ok' || last.outcome.result.type !== 'EventualFound') return undefined;
  const { versions, repaired } = last.outcome.result;
  const holds = versions.map(({ value }) => (value === undefined ? 'deleted' : `"${decodeKey(value)}"`));
  const replaced: string[] = [];
  const lost: string[] = [];
  for (const { outcome, value, ended } of own) {
    if (outcome?.status !== 'ok' || outcome.result.type !== 'EventualWritten' || !(ended < last.begun)) continue;
    const { stamp } = outcome.result;
    if (versions.some((each) => compare(each.stamp, stamp) === 0)) continue;
    const words = value === undefined ? 'a deletion' : `"${value}"`;
    (versions.some((each) => compare(each.stamp, stamp) > 0) ? replaced : lost).push(words);
  }
  return { converged: repaired.length === 0, holds, replaced, lost };
}

interface Ordered {
  readonly wallUs: number;
  readonly logical: number;
  readonly node: number;
}

/** As the replicas order versions: wall time, then the logical part, then the node. */
const compare = (a: Ordered, b: Ordered): number => a.wallUs - b.wallUs || a.logical - b.logical || a.node - b.node;

export function promiseWords({ converged, holds, replaced, lost }: Promises): readonly string[] {
  const all = holds.length > 1 ? `${holds.length} siblings: ${holds.join(', ')}` : (holds[0] ?? 'nothing');
  return [
    converged ? `✓ Converged: every replica holds ${all}.` : `The replicas differed; all of them are sent ${all}.`,
    ...(replaced.length > 0 ? [`Acknowledged, then replaced by a newer write: ${replaced.join(', ')}.`] : []),
    ...(lost.length > 0 ? [`✕ Acknowledged and lost: ${lost.join(', ')}.`] : []),
  ];
}

export const WORLD_WORDS: Readonly<Record<World, string>> = {
  strong: 'one Raft group per shard',
  eventual: 'leaderless, no majority needed',
};
