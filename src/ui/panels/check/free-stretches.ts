/** Where words stand: they begin behind what they tell of, or end before it. */
export type Side = 'right' | 'left';

/** What of several rows is taken already, in CSS pixels. */
export class FreeStretches {
  private readonly from: number;
  private readonly to: number;
  private readonly taken = new Map<number, { readonly from: number; readonly to: number }[]>();

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
  }

  take(row: number, from: number, to: number): void {
    const ofRow = this.taken.get(row);
    if (ofRow === undefined) this.taken.set(row, [{ from, to }]);
    else ofRow.push({ from, to });
  }

  /** Takes so much behind what reaches from `begin` to `end`, or else before it; undefined: neither is free. */
  placeAt(row: number, begin: number, end: number, length: number): Side | undefined {
    if (this.isFree(row, end, end + length)) {
      this.take(row, end, end + length);
      return 'right';
    }
    if (!this.isFree(row, begin - length, begin)) return undefined;
    this.take(row, begin - length, begin);
    return 'left';
  }

  private isFree(row: number, from: number, to: number): boolean {
    if (from < this.from || to > this.to) return false;
    return (this.taken.get(row) ?? []).every((other) => other.to <= from || other.from >= to);
  }
}
