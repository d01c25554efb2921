/** How many nodes have a hue of their own; the next ones repeat them. */
const HUES = 7;
/** Custom properties by role. Colours live in tokens.css; code names them. */
const hue = (node: number): number => ((node - 1) % HUES) + 1;

/** Its hue is another node's too: drawn with a line through it. */
export const repeatsHue = (node: number): boolean => node > HUES;

/** Whose hues are repeated ones, in words: `n8, n9` or `n8 – n12`; empty: nobody's. */
export function repeatedNames(nodes: number): string {
  const [first, last] = [`n${HUES + 1}`, `n${nodes}`];
  return nodes <= HUES ? '' : nodes === HUES + 1 ? first : `${first}${nodes === HUES + 2 ? ', ' : ' – '}${last}`;
}

export const nodeFill = (node: number): string => `var(--n${hue(node)})`;
export const nodeStroke = (node: number): string => `var(--n${hue(node)}-stroke)`;
/** The line that splits a hue which repeats; `otherwise`, where the ground beside it shows well enough. */
export const nodeSplit = (node: number, otherwise: string): string => `var(--n${hue(node)}-split, ${otherwise})`;
/** Text on a chip filled with the node's hue. */
export const nodeInk = (node: number): string => (hue(node) === 7 ? '#ffffff' : '#0b0f17');

const tint = (term: number): number => ((term - 1) % 6) + 1;
export const termFill = (term: number): string => (term === 0 ? 'var(--raise)' : `var(--t${tint(term)})`);
export const termStroke = (term: number): string => (term === 0 ? 'var(--line2)' : `var(--t${tint(term)}-stroke)`);

/** What a canvas needs, as resolved colours. */
export interface CanvasPalette {
  readonly ink: string;
  readonly dim: string;
  readonly faint: string;
  readonly accent: string;
  readonly bad: string;
  readonly panel: string;
  readonly line: string;
}

/** Reads the palette of the present theme once; call again when the theme changes. */
export function readPalette(element: Element): CanvasPalette {
  const style = getComputedStyle(element);
  const get = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: get('ink'),
    dim: get('dim'),
    faint: get('faint'),
    accent: get('accent'),
    bad: get('bad'),
    panel: get('panel'),
    line: get('line2'),
  };
}
