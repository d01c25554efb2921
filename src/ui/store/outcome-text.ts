import type { OperationResult, Outcome } from '../../core/client/operation.ts';
import { answersText } from '../../core/cluster/answers-text.ts';
import { decodeKey } from '../../core/cluster/describe.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import type { EventualVersion } from '../../core/node/eventual/eventual-message.ts';

/** How an operation ended, for the feed: what, on what ground, and whether that is good news. */
export function outcomeText(outcome: Outcome): { readonly text: string; readonly why: string; readonly good: boolean } {
  if (outcome.status === 'unknown')
    return { text: 'outcome unknown', why: `because of ${outcome.reason}: it may have happened`, good: false };
  if (outcome.status === 'fail')
    return { text: `refused, ${outcome.code}`, why: 'it certainly did not happen', good: false };
  const acks = outcome.acks > 0 ? ` · ${outcome.acks} of ${outcome.voters} replicas` : '';
  return {
    text: resultText(outcome.result),
    why:
      outcome.node === 0
        ? 'the leader of every shard answered'
        : outcome.replicas !== undefined
          ? `${nodeName(outcome.node)} coordinated: ${answersText(outcome.replicas.answers)}, of ${outcome.voters} replicas`
          : `${nodeName(outcome.node)} answered, term ${outcome.term} index ${outcome.index}${acks}${promiseText(outcome)}`,
    good: outcome.differing === undefined && outcome.write?.held !== 'leader',
  };
}

/** What is less, or more, than is usual. */
function promiseText({ ground, write, instead, differing }: Extract<Outcome, { readonly status: 'ok' }>): string {
  const parts = [
    ground === 'applied' ? 'may be stale' : ground === 'session' ? 'not older than the session' : '',
    ground === 'quorum' || ground === 'all' ? 'voters asked' : '',
    write?.held === 'all' ? 'applied on all' : write?.held === 'not all' ? 'committed, not on all' : '',
    instead ?? '',
    differing === undefined ? '' : 'replicas differ',
  ];
  return parts.flatMap((part) => (part === '' ? [] : ` · ${part}`)).join('');
}

function versionsText(versions: readonly EventualVersion[]): string {
  if (versions.every(({ value }) => value === undefined)) return versions.length > 0 ? '(nil), deleted' : '(nil)';
  return versions.map(({ value }) => (value === undefined ? 'deleted' : JSON.stringify(decodeKey(value)))).join(' | ');
}

function resultText(result: OperationResult): string {
  switch (result.type) {
    case 'Written':
      return 'OK';
    case 'Appended':
      return 'OK, unsafe: may be lost';
    case 'Swapped':
      return result.swapped ? 'swapped' : 'not swapped';
    case 'Batched':
      return `OK, all ${result.existed.length} written`;
    case 'BatchRefused':
      return `nothing written, item ${result.item + 1} did not match`;
    case 'Value':
      return result.value === undefined ? '(nil)' : JSON.stringify(decodeKey(result.value));
    case 'EventualWritten':
      return 'OK';
    case 'EventualFound':
      return versionsText(result.versions);
    case 'Range':
      return `${result.pairs.length} ${result.pairs.length === 1 ? 'pair' : 'pairs'}${result.more ? ' and more' : ''}`;
  }
}
