/** L0 … L6. */
export const LEVELS = 7;
