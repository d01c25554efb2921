import type { ReadLevel, WriteLevel } from '../core/client/operation.ts';
import { readLevelText, writeLevelText } from '../core/cluster/consistency-words.ts';
import { type CommandResult, succeed } from './result.ts';
import { scanGround } from './scan-ground.ts';
import { DIAL_DEFAULT, type Dial, type Session } from './session.ts';

/** CONSISTENCY. `value`: how this console reads and writes from here on. */
export function setConsistency(
  session: Session,
  { r, w }: { readonly r: ReadLevel | undefined; readonly w: WriteLevel | undefined },
): CommandResult {
  session.read = r ?? session.read;
  session.write = w ?? session.write;
  const dial = dialOf(session);
  session.onConsistency?.(dial);
  return succeed(consistencyLines(session).join('\n'), { r: dial.read, w: dial.write });
}

/** How a console reads and writes, with what each of it promises and costs. */
export function consistencyLines(session: Session): readonly string[] {
  const dial = dialOf(session);
  return [
    readLevelText(dial.read),
    ...scanException(dial.read),
    writeLevelText(dial.write),
    ...conditionException(dial.write),
  ];
}

const dialOf = ({ read = DIAL_DEFAULT.read, write = DIAL_DEFAULT.write }: Session): Dial => ({ read, write });

/** The commands that read or write in another way than this says, a sentence each. */
export const exceptions = ({ read, write }: Dial): readonly string[] => [
  ...scanException(read),
  ...conditionException(write),
];

function scanException(read: ReadLevel): readonly string[] {
  const ground = scanGround(read);
  return ground === read ? [] : [`SCAN reads with r=${ground}: each shard's leader answers for its part.`];
}

const conditionException = (write: WriteLevel): readonly string[] =>
  write === 1 ? ['CAS, and a BATCH with one, writes with w=2: whether it matches is known when it is applied.'] : [];
