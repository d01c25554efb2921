export interface GridPlace {
  readonly row: number;
  readonly column: number;
}

/** Where a key leads in a grid: the arrows to the next cell, Home and End along the row, with Control to its corners. Undefined: the key is not the grid's. */
export function gridStep(
  { row, column }: GridPlace,
  key: string,
  isCorner: boolean,
  rows: number,
  columns: number,
): GridPlace | undefined {
  switch (key) {
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column };
    case 'ArrowDown':
      return { row: Math.min(rows - 1, row + 1), column };
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) };
    case 'ArrowRight':
      return { row, column: Math.min(columns - 1, column + 1) };
    case 'Home':
      return { row: isCorner ? 0 : row, column: 0 };
    case 'End':
      return { row: isCorner ? rows - 1 : row, column: columns - 1 };
    default:
      return undefined;
  }
}
