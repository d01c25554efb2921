import { useEffect, useState } from 'react';

/** The value of a frame ago: what is drawn from it does not make the frame longer in which the value came. */
export function useAfterPaint<T>(value: T): T {
  const [late, setLate] = useState(() => ({ value }));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The timer comes after the frame that this asks for is painted.
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setLate((before) => (Object.is(before.value, value) ? before : { value })));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [value]);
  return late.value;
}
