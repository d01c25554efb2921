import type { ViewModel } from '../store/view-model.ts';
import type { CanvasPalette } from '../theme/palette.ts';
import { progressAt, type StageLayout } from './geometry.ts';

const RING_GAP = 8;
const RING_WIDTH = 3.5;
const TOP = -Math.PI / 2;

interface RecoveryScene {
  readonly model: ViewModel;
  readonly layout: StageLayout;
  readonly nowUs: number;
  readonly palette: CanvasPalette;
}

/** Around each node that reads its disk, how much of it is read; in it, how many of its log's records. Reading takes time by the byte, so the share of the time is the share of the log. */
export function drawRecoveries(ctx: CanvasRenderingContext2D, { model, layout, nowUs, palette }: RecoveryScene): void {
  for (const [node, { state, recovery }] of model.nodes) {
    const at = layout.nodes.get(node);
    if (state !== 'recovering' || recovery.logRecords === 0 || at === undefined) continue;
    const { sinceUs, durationUs, logRecords } = recovery;
    const done = progressAt(nowUs, sinceUs, sinceUs + durationUs);
    const radius = layout.nodeRadius + RING_GAP;
    ctx.lineWidth = RING_WIDTH;
    for (const [share, color] of [
      [1, palette.line],
      [done, palette.accent],
    ] as const) {
      ctx.strokeStyle = color;
      ctx.beginPath();
      ctx.arc(at.x, at.y, radius, TOP, TOP + share * 2 * Math.PI);
      ctx.stroke();
    }
    ctx.fillStyle = palette.ink;
    ctx.textAlign = 'center';
    ctx.fillText(`${Math.floor(done * logRecords)} / ${logRecords}`, at.x, at.y + 11);
    ctx.textAlign = 'start';
  }
}
