import { useEffect, useState } from 'react';
import type { Micros } from '../core/base/ids.ts';
import { useApp } from './app-context.ts';

/** Often enough for bars to grow smoothly, seldom enough that drawing them anew costs little. */
const EVERY_MS = 66;

/** The shown virtual time, some 15 times a second while it moves. */
export function useShownTime(): Micros {
  const { frames, store } = useApp();
  const [shown, setShown] = useState<Micros>(() => store.getState().model.timeUs);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let newest: Micros = 0;
    const stop = frames.onFrame((nowUs) => {
      newest = nowUs;
      // The last frame before everything rests counts as well.
      timer ??= setTimeout(() => {
        timer = undefined;
        setShown(newest);
      }, EVERY_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [frames]);
  return shown;
}
