import { useEffect, useRef } from 'react';
import { useAppState } from '../../app-context.ts';
import { useSize } from '../../use-size.ts';
import { groupDigits, percent } from './storage-words.ts';

const CELL_MAX = 8;
const HEIGHT_MAX = 160;

interface Props {
  readonly bits: Uint8Array;
  readonly probes: number;
}

/** Every bit of a Bloom filter as a cell, in the order in which they are stored: filled = set. */
export function BloomField({ bits, probes }: Props) {
  const [ref, { width }] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const blank = useAppState((state) => state.blank);
  const set = countSet(bits);
  const total = bits.length * 8;
  const cell = cellSize(total, width);
  const columns = Math.max(1, Math.floor(width / cell));
  const height = Math.ceil(total / columns) * cell;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `blank` only says that the colours are to be asked for again
  useEffect(() => {
    if (canvas.current !== null && width > 0) drawBits(canvas.current, bits, { columns, cell, height });
  }, [bits, columns, cell, height, width, blank]);
  return (
    <div ref={ref} className="bloom-field">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`The filter's bits: ${groupDigits(set)} of ${groupDigits(total)} are set`}
        style={{ width: columns * cell, height }}
      />
      <p className="storage-note">
        {groupDigits(set)} of {groupDigits(total)} bits set, {percent(set, total)}. A key sets and asks for {probes}. An
        absent key gets through when all of its bits are set by others: about{' '}
        {percent(chance(set / Math.max(1, total), probes), 1)}.
      </p>
    </div>
  );
}

/** The largest whole cell, in CSS pixels, with which the field is not too high; at least 1. */
function cellSize(total: number, width: number): number {
  for (let cell = CELL_MAX; cell > 1; cell--) {
    if (Math.ceil(total / Math.max(1, Math.floor(width / cell))) * cell <= HEIGHT_MAX) return cell;
  }
  return 1;
}

function drawBits(
  canvas: HTMLCanvasElement,
  bits: Uint8Array,
  { columns, cell, height }: { readonly columns: number; readonly cell: number; readonly height: number },
): void {
  const scale = devicePixelRatio;
  canvas.width = Math.round(columns * cell * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) return;
  const style = getComputedStyle(canvas);
  const [on, off] = [style.getPropertyValue('--accent'), style.getPropertyValue('--line')];
  const gap = cell > 3 ? 1 : 0;
  context.scale(scale, scale);
  for (let at = 0; at < bits.length * 8; at++) {
    context.fillStyle = isSet(bits, at) ? on : off;
    context.fillRect((at % columns) * cell, Math.floor(at / columns) * cell, cell - gap, cell - gap);
  }
}

const isSet = (bits: Uint8Array, at: number): boolean => (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;

function countSet(bits: Uint8Array): number {
  let set = 0;
  for (let at = 0; at < bits.length * 8; at++) if (isSet(bits, at)) set++;
  return set;
}

function chance(share: number, probes: number): number {
  let product = 1;
  for (let i = 0; i < probes; i++) product *= share;
  return product;
}
