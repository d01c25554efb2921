/** The whole number that a text is, in decimal digits alone: an empty text is none, and neither is 0x10 or 1e1. Undefined: none, or out of range. */
export const wholeNumber = (text: string, min: number, max: number): number | undefined =>
  /^\d+$/.test(text) ? within(Number(text), min, max) : undefined;

/** The same with a fraction. */
export const decimalNumber = (text: string, min: number, max: number): number | undefined =>
  /^\d+(\.\d+)?$/.test(text) ? within(Number(text), min, max) : undefined;

const within = (value: number, min: number, max: number): number | undefined =>
  value >= min && value <= max ? value : undefined;
