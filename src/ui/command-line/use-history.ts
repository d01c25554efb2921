import { useCallback, useState } from 'react';
import { readHistory, remember, storeLine } from './history.ts';

/** The lines that were run, of earlier visits as well, oldest first, and what adds one. */
export function useHistory(): readonly [readonly string[], (line: string) => void] {
  const [lines, setLines] = useState(readHistory);
  const record = useCallback((line: string) => {
    setLines((before) => remember(before, line));
    storeLine(line);
  }, []);
  return [lines, record];
}
