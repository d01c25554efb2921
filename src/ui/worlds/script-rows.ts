import type { CompareStep } from '../../console/compare-script.ts';
import type { AskedHere, Mark, World, WorldsNow } from './worlds-at.ts';

/** A line of a column: what was asked, what happened between two of these, and what the script still has to ask. */
export type ScriptRow =
  | { readonly type: 'asked'; readonly asked: AskedHere }
  | { readonly type: 'mark'; readonly does: Mark['does']; readonly isDone: boolean }
  | { readonly type: 'planned'; readonly client: string; readonly verb: string; readonly value: string | undefined };

/** In the order in which it happened, then the rest of the script in its order. @param done steps that were taken */
export function scriptRows(
  { asked, marks }: WorldsNow,
  world: World,
  steps: readonly CompareStep[],
  done: number,
): readonly ScriptRow[] {
  const own = asked.filter((each) => each.world === world);
  const happened = [
    ...own.map((each) => ({ place: each.begun, row: { type: 'asked', asked: each } as const })),
    ...marks.map(({ does, place }) => ({ place, row: { type: 'mark', does, isDone: true } as const })),
  ].sort((a, b) => a.place - b.place);
  let met = 0;
  for (const { row } of happened) {
    const next = steps[met];
    // Somebody may ask something else in between: that is no step.
    if (next !== undefined && isStep(row, next)) met++;
  }
  const left = steps.slice(Math.max(met, done)).map(({ does }): ScriptRow => {
    if (typeof does === 'string') return { type: 'mark', does, isDone: false };
    return { type: 'planned', ...does };
  });
  return [...happened.map(({ row }) => row), ...left];
}

function isStep(row: ScriptRow, { does }: CompareStep): boolean {
  if (row.type === 'mark') return row.does === does;
  if (row.type === 'planned' || typeof does === 'string') return false;
  const { client, verb, value } = row.asked;
  return client === does.client && verb === does.verb && value === does.value;
}
