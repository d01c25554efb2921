import type { LevelView, WalkView } from '../../store/integrity-view.ts';

/** `asked`: the walk waits for the other side's hashes of it. `unseen`: never compared. */
export type CellState = 'differs' | 'equal' | 'asked' | 'unseen';

/** A node of both trees. */
export interface TreeCell {
  readonly number: number;
  readonly state: CellState;
  /** The first 32 bits of what each side has there; undefined: not told. */
  readonly own: number | undefined;
  readonly theirs: number | undefined;
}

/** The leaves of one inner node. */
export interface LeafStrip {
  readonly node: number;
  readonly cells: readonly TreeCell[];
}

/** What a walk has seen of the two trees so far. */
export interface TreePicture {
  readonly root: TreeCell;
  /** 32, and the one over rows that have no token. */
  readonly inner: readonly TreeCell[];
  /** Under inner nodes that differ, ascending. */
  readonly strips: readonly LeafStrip[];
  readonly leavesDiffering: number;
}

/** As in `core/merkle/leaves.ts`. */
const FAN_OUT = 32;

export function treePicture({ levels, endedUs, outcome }: WalkView): TreePicture {
  const of = (level: LevelView['asked']): LevelView | undefined => levels.find(({ asked }) => asked === level);
  const [root, inner, leaves] = [of('root'), of('inner'), of('leaves')];
  const goesOn = endedUs === undefined && outcome === undefined;
  const differsAbove = (level: LevelView | undefined): boolean => (level?.differing.length ?? 0) > 0;
  const stateOf = (level: LevelView | undefined, number: number, isNext: boolean): CellState => {
    if (level === undefined) return isNext && goesOn ? 'asked' : 'unseen';
    return level.differing.includes(number) ? 'differs' : 'equal';
  };
  const cell = (level: LevelView | undefined, number: number, place: number, isNext: boolean): TreeCell => ({
    number,
    state: stateOf(level, number, isNext),
    own: level?.own[place],
    theirs: level?.theirs[place],
  });
  const nodes = leaves?.nodes ?? (inner?.differing ?? []).filter((node) => node < FAN_OUT);
  return {
    root: cell(root, 0, 0, true),
    inner: Array.from({ length: FAN_OUT + 1 }, (_, node) => cell(inner, node, node, differsAbove(root))),
    strips: nodes.map((node, at) => ({
      node,
      cells: Array.from({ length: FAN_OUT }, (_, place) =>
        cell(leaves, node * FAN_OUT + place, at * FAN_OUT + place, true),
      ),
    })),
    leavesDiffering: leaves?.differing.length ?? (inner?.differing.includes(FAN_OUT) ? 1 : 0),
  };
}

/** A hash as a word that two can be told apart by: its first 16 bits, or all that are known where these are equal. */
export function hashWord(cell: TreeCell, side: 'own' | 'theirs'): string {
  const word = cell[side];
  if (word === undefined) return '';
  const [own, theirs] = [hex(cell.own ?? 0), hex(cell.theirs ?? 0)];
  const full = side === 'own' ? own : theirs;
  const isAmbiguous = cell.state === 'differs' && own.slice(0, 4) === theirs.slice(0, 4);
  return isAmbiguous ? full : full.slice(0, 4);
}

const hex = (word: number): string => word.toString(16).padStart(8, '0');

const STATE_WORDS: Record<CellState, string> = {
  differs: 'differs',
  equal: 'equal',
  asked: 'asked for',
  unseen: 'never compared',
};

/** The picture in words, for who hears the page. */
export function pictureWords({ root, inner, strips, leavesDiffering }: TreePicture): string {
  const differing = inner.filter(({ state }) => state === 'differs').map(({ number }) => nodeWords(number));
  const parts = [`root ${STATE_WORDS[root.state]}`];
  const [first] = inner;
  if (differing.length > 0) parts.push(`of 33 inner nodes ${differing.join(', ')} ${plural(differing.length)}`);
  else if (first !== undefined) parts.push(`inner nodes ${STATE_WORDS[first.state]}`);
  if (strips.length > 0) {
    const isSeen = strips.some(({ cells }) => cells.some(({ own }) => own !== undefined));
    parts.push(isSeen ? `${leavesDiffering} of ${1024 + 1} leaves ${plural(leavesDiffering)}` : 'leaves asked for');
  }
  return parts.join('; ');
}

const nodeWords = (number: number): string => (number === FAN_OUT ? 'that of rows without a token' : String(number));
const plural = (count: number): string => (count === 1 ? 'differs' : 'differ');
