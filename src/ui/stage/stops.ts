import { type KeyboardEvent, useState } from 'react';

const STEP: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** A group of things on the stage that is one stop of Tab: the arrow keys go round in it, and Tab comes back to where they were. */
export function useStops(count: number) {
  const [current, setCurrent] = useState(0);
  const stop = Math.min(current, count - 1);
  return {
    tabIndexOf: (i: number): 0 | -1 => (i === stop ? 0 : -1),
    onFocusOf: (i: number) => () => setCurrent(i),
    onKeyDown(event: KeyboardEvent<SVGGElement>) {
      const step = STEP[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const all = event.currentTarget.querySelectorAll<SVGElement>('[role="button"]');
      all[(stop + step + all.length) % all.length]?.focus();
    },
  };
}

/** Enter and Space, as on a button. */
export const isPress = ({ key }: KeyboardEvent): boolean => key === 'Enter' || key === ' ';
