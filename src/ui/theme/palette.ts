/** Custom properties by role. Colours live in tokens.css; code names them. n8 and on repeat n1 … n7. */
const hue = (node: number): number => ((node - 1) % 7) + 1;

/** Its hue is another node's too: drawn with a line through it. */
export const repeatsHue = (node: number): boolean => node > 7;

export const nodeFill = (node: number): string => `var(--n${hue(node)})`;
export const nodeStroke = (node: number): string => `var(--n${hue(node)}-stroke)`;
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
