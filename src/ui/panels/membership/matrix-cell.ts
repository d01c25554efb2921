import type { Micros, NodeId } from '../../../core/base/ids.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { phiAfter } from '../../../core/cluster/suspicion.ts';
import type { ObserverView } from '../../store/membership-view.ts';

export interface PhiLimits {
  readonly phiFormula: number;
  readonly phiThreshold: number;
}

export type CellKind = 'self' | 'down' | 'unheard' | 'calm' | 'uneasy' | 'suspected' | 'expired' | 'left';

/** What one node thinks of another, in a cell and in words. */
export interface MatrixCell {
  readonly kind: CellKind;
  readonly text: string;
  readonly words: string;
}

/** From this part of the threshold on a node is on its way to be suspected. */
const UNEASY_SHARE = 0.5;

/** @param view undefined: the observer does not run, and thinks nothing */
export function matrixCell(
  view: ObserverView | undefined,
  observer: NodeId,
  subject: NodeId,
  limits: PhiLimits,
  nowUs: Micros,
): MatrixCell {
  const [viewer, viewed] = [nodeName(observer), nodeName(subject)];
  if (observer === subject) return { kind: 'self', text: 'self', words: `${viewer} itself` };
  if (view === undefined)
    return { kind: 'down', text: '–', words: `${viewer} is down or stands still, and thinks nothing` };
  const known = view.subjects.get(subject);
  if (known?.state === 'left')
    return { kind: 'left', text: 'left', words: `${viewed} was removed, as ${viewer} heard` };
  if (known?.state === 'expired')
    return {
      kind: 'expired',
      text: 'gone',
      words: `${viewer} has heard nothing of ${viewed} for so long that it tells of it no more`,
    };
  const phi = known && phiNow(known, limits, nowUs);
  if (known === undefined || phi === undefined)
    return { kind: 'unheard', text: '…', words: `${viewer} has not heard of ${viewed} yet` };
  const value = phiText(phi);
  if (known.state === 'suspected')
    return { kind: 'suspected', text: `? ${value}`, words: `${viewer} suspects ${viewed}: φ ${value}` };
  const late = phi >= limits.phiThreshold ? `, past the threshold: ${viewer} looks when its next round begins` : '';
  const words = `${viewer} takes ${viewed} for alive: φ ${value}${late}`;
  return { kind: phi >= UNEASY_SHARE * limits.phiThreshold ? 'uneasy' : 'calm', text: value, words };
}

/** Undefined: nothing was heard of it. */
export function phiNow(
  { arrivals }: Pick<NonNullable<ReturnType<ObserverView['subjects']['get']>>, 'arrivals'>,
  limits: PhiLimits,
  nowUs: Micros,
): number | undefined {
  const last = arrivals.at(-1);
  return last && phiAfter(limits, nowUs - last.silentFromUs, last);
}

/** As much of it as there is room for. */
export function phiText(phi: number): string {
  if (phi >= 999.5) return '999+';
  return phi >= 9.95 ? String(Math.round(phi)) : phi.toFixed(1);
}
