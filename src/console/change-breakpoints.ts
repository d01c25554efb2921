import { type BreakpointCondition, type BreakpointEvent, breakpointLine } from './breakpoint.ts';
import type { Cluster } from './cluster.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural, showTime } from './show.ts';

/** PAUSE when=… */
export async function setBreakpoint(
  cluster: Cluster,
  when: BreakpointEvent | undefined,
  where: Omit<BreakpointCondition, 'when'>,
): Promise<CommandResult> {
  if (when === undefined)
    return refuse(
      'BadOption',
      'shard=, node= and key= belong to when=. Write PAUSE when=leader shard=s3, or PAUSE alone.',
    );
  const condition = { when, ...where };
  if (condition.key !== undefined && condition.when !== 'write')
    return refuse('BadOption', 'key= belongs to when=write. Write PAUSE when=write key=user:42.');
  const list = await cluster.breakpoints({ add: condition });
  const id = list.at(-1)?.id;
  const what = breakpointLine(condition).replace(/^PAUSE /, '');
  return succeed(
    `Breakpoint ${id}: time will stop ${what}. PLAY goes on from there; BREAKPOINTS remove=${id} takes it away`,
    id,
  );
}

/** BREAKPOINTS. `value`: `[{ id, line }]`. */
export async function breakpoints(cluster: Cluster, remove: number | 'all' | undefined): Promise<CommandResult> {
  const before = await cluster.breakpoints();
  if (remove === undefined) {
    const { hit } = cluster.transport();
    const lines = before.map(({ id, condition }) => {
      const last = hit?.id === id ? `   last: ${hit.text}, at ${showTime(hit.timeUs)}` : '';
      return `${id}  ${breakpointLine(condition)}${last}`;
    });
    const value = before.map(({ id, condition }) => ({ id, line: breakpointLine(condition) }));
    return succeed(lines.length === 0 ? NONE : lines.join('\n'), value);
  }
  if (before.length === 0) return refuse('NothingToDo', NONE);
  if (remove !== 'all' && !before.some(({ id }) => id === remove)) {
    const there = before.map(({ id }) => id).join(', ');
    return refuse('BadOption', `There is no breakpoint ${remove}. There are: ${there}; remove=all takes all away.`);
  }
  const left = await cluster.breakpoints({ remove });
  return succeed(`${plural(before.length - left.length, 'breakpoint')} removed, ${left.length} left`);
}

const NONE = 'No breakpoint is set. PAUSE when=leader shard=s3 sets one';
