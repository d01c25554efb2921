import { useEffect, useState } from 'react';

/**
 * Code that is fetched when it is first wanted, once it is here. Undefined before, and where it cannot be had: what it would add is left out.
 * @param load one function a piece of code, always the same one
 */
export function useLate<T extends object>(wanted: boolean, load: () => Promise<T>): T | undefined {
  const [code, setCode] = useState<T>();
  useEffect(() => {
    if (!wanted) return undefined;
    let mounted = true;
    load().then(
      (loaded) => {
        if (mounted) setCode(loaded);
      },
      () => undefined,
    );
    return () => {
      mounted = false;
    };
  }, [wanted, load]);
  return code;
}
