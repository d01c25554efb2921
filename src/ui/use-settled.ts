import { useEffect, useState } from 'react';

/** The text once it has stood still for `ms` of wall time: what counts up or flickers by is not said. */
export function useSettled(text: string, ms: number): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return settled;
}
