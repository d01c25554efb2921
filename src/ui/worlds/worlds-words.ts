import type { CheckReport } from '../../core/cluster/check-report.ts';
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

export const WORLD_WORDS: Readonly<Record<World, string>> = {
  strong: 'one Raft group per shard',
  eventual: 'leaderless, no majority needed',
};
