import type { NodeId } from '../../core/base/ids.ts';
import type { CheckReport } from '../../core/cluster/check-report.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import type { ReplicaView } from '../store/view-model.ts';
import { type AskedHere, compareStamps, type Mark, stampId, type Version, type WorldsNow } from './worlds-at.ts';

/** One of the five questions that both keyspaces are asked, and its answer at this moment. */
export interface Fact {
  readonly question: 'Answered' | 'Refused' | 'Lost' | 'Replicas' | 'Checker';
  readonly tone: 'ok' | 'bad' | 'warn' | 'dim';
  readonly words: string;
}

/** `n1, n2 and n3` */
export function nodesText(nodes: readonly NodeId[]): string {
  const names = nodes.map(nodeName);
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

const OPEN = '–';

/** Who was answered, and who was not. */
export function availabilityOf(asked: readonly AskedHere[]): readonly [Fact, Fact] {
  const over = asked.filter(({ outcome }) => outcome !== undefined);
  const answered = over.filter(({ outcome }) => outcome?.status === 'ok').length;
  if (over.length === 0)
    return [
      { question: 'Answered', tone: 'dim', words: OPEN },
      { question: 'Refused', tone: 'dim', words: OPEN },
    ];
  const parts = (['fail', 'unknown'] as const).flatMap((status) => {
    const such = over.filter(({ outcome }) => outcome?.status === status);
    if (such.length === 0) return [];
    const clients = [...new Set(such.map(({ client }) => client))].join(' and ');
    return [`${such.length} of client ${clients}${status === 'unknown' ? ' unknown' : ''}`];
  });
  const all = answered === over.length;
  const words = all ? (over.length === 1 ? '✓ yes' : `✓ all ${over.length}`) : `${answered} of ${over.length}`;
  return [
    { question: 'Answered', tone: all ? 'ok' : 'warn', words },
    all
      ? { question: 'Refused', tone: 'ok', words: '✓ nothing' }
      : { question: 'Refused', tone: 'bad', words: `✕ ${parts.join(', ')}` },
  ];
}

/** What became of acknowledged writes of the eventual keyspace, by what its replicas hold. */
export interface Fates {
  /** Replaced by a write whose coordinator had never seen them: siblings would have kept them. */
  readonly unseen: readonly string[];
  /** Gone, and nothing newer is there: that must not be. */
  readonly lost: readonly string[];
}

/** @param homes of the key; a write that one of them holds, or a hint may bring, has no fate yet */
export function fatesOf({ asked, held, seen, hints }: WorldsNow, homes: readonly NodeId[]): Fates {
  const versions = homes.flatMap((home) => held.get(home) ?? []);
  const unseen: string[] = [];
  const lost: string[] = [];
  for (const { outcome, value } of asked) {
    if (outcome?.status !== 'ok' || outcome.result.type !== 'EventualWritten' || hints.size > 0) continue;
    const { stamp } = outcome.result;
    if (seen.has(stampId(stamp)) || versions.some((each) => compareStamps(each.stamp, stamp) === 0)) continue;
    const words = value === undefined ? 'a deletion' : `"${value}"`;
    (versions.some((each) => compareStamps(each.stamp, stamp) > 0) ? unseen : lost).push(words);
  }
  return { unseen, lost };
}

/** What is lost, and whether the replicas are alike, in the eventual keyspace. */
export function eventualFacts(now: WorldsNow, homes: readonly NodeId[]): readonly [Fact, Fact] {
  if (homes.every((home) => (now.held.get(home) ?? []).length === 0))
    return [
      { question: 'Lost', tone: 'dim', words: OPEN },
      { question: 'Replicas', tone: 'dim', words: OPEN },
    ];
  const groups = rowGroups(now, homes);
  const differ = groups.length > 1;
  const { unseen, lost } = fatesOf(now, homes);
  const newest = versionsText(now.held.get(groups[0]?.[0] as NodeId));
  const lostFact =
    lost.length > 0
      ? { tone: 'bad' as const, words: `✕ ${lost.join(', ')}: acknowledged, and nothing newer is there` }
      : unseen.length > 0
        ? { tone: 'bad' as const, words: `✕ ${unseen.join(', ')}, overwritten unseen by ${newest}` }
        : differ
          ? { tone: 'dim' as const, words: 'open: the replicas differ' }
          : { tone: 'ok' as const, words: '✓ nothing' };
  return [
    { question: 'Lost', ...lostFact },
    { question: 'Replicas', ...replicasFact(now, homes, groups) },
  ];
}

function replicasFact(
  { held, alike }: WorldsNow,
  homes: readonly NodeId[],
  groups: readonly (readonly NodeId[])[],
): Pick<Fact, 'tone' | 'words'> {
  const all = homes.length;
  if (groups.length > 1) {
    const others = groups.slice(1).flat().length;
    const each = groups.map(
      (group) => `${group.map(nodeName).join(', ')} ${versionsText(held.get(group[0] as NodeId))}`,
    );
    return {
      tone: 'warn',
      words: `✕ ${others} of ${all} homes differ${others === 1 ? 's' : ''}: ${each.join('; ')}`,
    };
  }
  const equal = alike[0]?.length ?? 0;
  if (equal === all) return { tone: 'ok', words: `✓ converged: equal Merkle roots on ${nodesText(alike[0] ?? [])}` };
  const known = equal > 1 ? ` of ${all - equal} of ${all} homes` : '';
  return { tone: 'dim', words: `the key is alike; Merkle roots${known} not compared yet` };
}

/** Homes by what they hold of the key: largest group first. */
function rowGroups({ held }: WorldsNow, homes: readonly NodeId[]): readonly (readonly NodeId[])[] {
  const groups = new Map<string, NodeId[]>();
  for (const home of [...homes].sort((a, b) => a - b)) {
    const row = (held.get(home) ?? []).map(({ stamp }) => stampId(stamp)).join();
    groups.set(row, [...(groups.get(row) ?? []), home]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

export const versionsText = (versions: readonly Version[] | undefined): string =>
  versions === undefined || versions.length === 0 ? 'nothing' : versions.map(({ text }) => text).join(' and ');

/** A read that began after the network was joined again and was answered: it shows what became of what was written before. */
function isReadAfterHeal(asked: readonly AskedHere[], marks: readonly Mark[]): boolean {
  const healed = marks.findLast(({ does }) => does === 'heal');
  if (healed === undefined) return false;
  return asked.some(({ verb, begun, outcome }) => verb === 'GET' && begun > healed.place && outcome?.status === 'ok');
}

/** The same of the strong one: what was committed is kept, and followers apply one log. */
export function strongFacts(
  { asked, marks }: Pick<WorldsNow, 'asked' | 'marks'>,
  replicas: ReadonlyMap<NodeId, Pick<ReplicaView, 'appliedIndex' | 'commitIndex'>> | undefined,
  homes: readonly NodeId[],
  verdict: CheckReport['verdict'] | undefined,
): readonly [Fact, Fact] {
  const known = homes.flatMap((home) => {
    const replica = replicas?.get(home);
    return replica === undefined ? [] : [{ home, applied: replica.appliedIndex, committed: replica.commitIndex }];
  });
  const committed = Math.max(0, ...known.map((each) => each.committed));
  const behind = known.filter(({ applied }) => applied < committed);
  const missing = behind.map(({ home, applied }) => {
    const entries = committed - applied;
    return `${nodeName(home)} is ${entries} ${entries === 1 ? 'entry' : 'entries'} behind`;
  });
  const lost =
    verdict === 'not linearizable'
      ? ({ tone: 'bad', words: '✕ what the checker names' } as const)
      : verdict === 'linearizable' && isReadAfterHeal(asked, marks)
        ? ({ tone: 'ok', words: '✓ nothing' } as const)
        : ({ tone: 'dim', words: OPEN } as const);
  const converged = `✓ converged: one log up to entry ${committed} on ${nodesText(known.map(({ home }) => home).sort((a, b) => a - b))}`;
  const replicasTold =
    asked.length === 0
      ? ({ tone: 'dim', words: OPEN } as const)
      : behind.length > 0
        ? ({ tone: 'warn', words: `✕ ${missing.join(', ')}` } as const)
        : ({ tone: 'ok', words: converged } as const);
  return [
    { question: 'Lost', ...lost },
    { question: 'Replicas', ...replicasTold },
  ];
}

const CHECKED: Readonly<Record<CheckReport['verdict'], Pick<Fact, 'tone' | 'words'>>> = {
  linearizable: { tone: 'ok', words: '✓ linearizable' },
  'not linearizable': { tone: 'bad', words: '✕ not linearizable' },
  unknown: { tone: 'warn', words: '? it could not decide' },
  nothing: { tone: 'dim', words: OPEN },
};

export const checkerFact = (verdict: CheckReport['verdict'] | undefined): Fact => ({
  question: 'Checker',
  ...CHECKED[verdict ?? 'nothing'],
});
