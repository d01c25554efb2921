import { compactDuration } from '../core/base/duration.ts';
import { decodeUtf8 } from '../core/base/utf8.ts';
import type { Operation } from '../core/client/operation.ts';
import type { Action, LinkSettings, TimedAction } from '../core/cluster/action.ts';
import { canonicalText } from '../sim/canonical-text.ts';

const TEXT_MAX = 24;

/** An action with its time, as a reader of a schedule wants it: as the console would be told, with long values cut. */
export const actionLine = ({ timeUs, action }: TimedAction): string =>
  `${(timeUs / 1e6).toFixed(6)} s  ${actionText(action)}`;

function actionText(action: Action): string {
  switch (action.type) {
    case 'Operate':
      return `${operationText(action.operation)} as=${action.client}`;
    case 'Kill':
    case 'Revive':
    case 'Flush':
    case 'Scrub':
      return `${action.type.toUpperCase()} n${action.node}`;
    case 'Partition':
      return `PARTITION ${action.groups.map((group) => group.join(' ')).join(' | ')}`;
    case 'Cut':
      return `CUT ${action.from}${action.bothWays ? '-' : '>'}${action.to}`;
    case 'Isolate':
      return `ISOLATE ${action.actor}`;
    case 'Heal':
      return action.actor === undefined ? 'HEAL' : `HEAL ${action.actor}`;
    case 'Link':
      return `LINK ${action.from}${action.bothWays ? '-' : '>'}${action.to} ${settingsText(action.settings)}`;
    case 'Configure':
      return `CONFIG ${action.node === undefined ? '' : `n${action.node} `}${action.name}=${action.value}`;
    case 'Break':
      return `BREAK ${action.name} ${action.on ? 'on' : 'off'}`;
    case 'Add':
      return 'ADD';
    case 'Remove':
      return `REMOVE n${action.node}`;
    case 'Wipe':
      return `WIPE n${action.node}${action.force ? ' force=yes' : ''}`;
    case 'Transfer':
      return `TRANSFER s${action.shard} n${action.to}`;
    case 'Check':
      return `${action.keyspace === 'eventual' ? 'USE eventual; ' : ''}REPAIR s${action.shard}`;
    case 'DamageRow':
      return `DISK n${action.node} corrupt row key=${text(action.key)}${action.damage === 'drop' ? ' drop=yes' : ''}`;
    case 'Disk':
      return `DISK n${action.node} ${action.fault.type.toLowerCase()}${action.fault.type === 'Slow' ? ` factor=${action.fault.factor}` : ''}`;
    default:
      return canonicalText(action);
  }
}

function operationText(operation: Operation): string {
  switch (operation.type) {
    case 'Get':
      return `GET ${text(operation.key)}${operation.read === undefined ? '' : ` r=${operation.read}`}`;
    case 'Delete':
      return `DELETE ${text(operation.key)}${levelText(operation.write)}`;
    case 'Put':
      return `PUT ${text(operation.key)} ${text(operation.value)}${ttlText(operation.ttlUs)}${levelText(operation.write)}`;
    case 'Cas': {
      const expected = operation.expected === undefined ? 'nil' : text(operation.expected);
      return `CAS ${text(operation.key)} ${expected} ${text(operation.value)}${ttlText(operation.ttlUs)}${levelText(operation.write)}`;
    }
    case 'EventualRead':
      return `USE eventual; GET ${text(operation.key)} r=${operation.r}${quorumText(operation)}`;
    case 'EventualWrite': {
      const { key, value, ttlUs, w, context } = operation;
      const what = value === undefined ? `DELETE ${text(key)}` : `PUT ${text(key)} ${text(value)}${ttlText(ttlUs)}`;
      const read = context === undefined ? '' : ` context=${context === '' ? 'none' : context}`;
      return `USE eventual; ${what} w=${w}${quorumText(operation)}${read}`;
    }
    case 'Scan':
      return `SCAN ${text(operation.from)}${operation.to === undefined ? '' : ` ${text(operation.to)}`} limit=${operation.limit}`;
    default:
      return canonicalText(operation);
  }
}

/** Settings as the run has them: times in microseconds, chances from 0 to 1. */
const settingsText = (settings: LinkSettings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

const levelText = (write: number | undefined): string => (write === undefined ? '' : ` w=${write}`);

const quorumText = ({ sloppy }: { readonly sloppy: boolean }): string => ` quorum=${sloppy ? 'sloppy' : 'strict'}`;

const ttlText = (ttlUs: number | undefined): string => (ttlUs === undefined ? '' : ` ttl=${compactDuration(ttlUs)}`);

function text(bytes: Uint8Array): string {
  const whole = decodeUtf8(bytes);
  return whole.length <= TEXT_MAX ? whole : `${whole.slice(0, TEXT_MAX - 1)}…`;
}
