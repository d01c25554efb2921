import type { ReadLevel, WriteLevel } from '../core/client/operation.ts';
import { readLevelText, writeLevelText } from '../core/cluster/consistency-words.ts';
import { type CommandResult, succeed } from './result.ts';
import { scanGround } from './scan-ground.ts';
import type { Session } from './session.ts';

/** CONSISTENCY. `value`: how this console reads and writes from here on. */
export function setConsistency(
  session: Session,
  { r, w }: { readonly r: ReadLevel | undefined; readonly w: WriteLevel | undefined },
): CommandResult {
  session.read = r ?? session.read;
  session.write = w ?? session.write;
  const { read = 'lease', write = 2 } = session;
  return succeed(consistencyLines(session).join('\n'), { r: read, w: write });
}

/** How a console reads and writes, with what each of it promises and costs. */
export function consistencyLines({ read = 'lease', write = 2 }: Session): readonly string[] {
  const ground = scanGround(read);
  const scans = ground === read ? [] : [`SCAN reads with r=${ground}: each shard's leader answers for its part.`];
  const conditions =
    write === 1 ? ['CAS, and a BATCH with one, writes with w=2: whether it matches is known when it is applied.'] : [];
  return [readLevelText(read), ...scans, writeLevelText(write), ...conditions];
}
