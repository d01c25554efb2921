import { useSyncExternalStore } from 'react';
import type { acceptCandidate, complete } from '../console/complete.ts';
import { fetched } from '../console/fetched.ts';
import type { mentionsInLine, mentionsInReply } from '../console/mentions.ts';
import type { runLine } from '../console/run-line.ts';
import type { scriptLines } from '../console/tokenizer.ts';

/** All that knows what a line means: a quarter of what the page's own script would be, and of no use before the first line. */
export interface Grammar {
  readonly runLine: typeof runLine;
  readonly scriptLines: typeof scriptLines;
  readonly complete: typeof complete;
  readonly acceptCandidate: typeof acceptCandidate;
  readonly mentionsInLine: typeof mentionsInLine;
  readonly mentionsInReply: typeof mentionsInReply;
}

let grammar: Grammar | undefined;
let fetching: Promise<Grammar> | undefined;
const listeners = new Set<() => void>();

/** With the first line, or when one is about to be typed. Rejects with `NotFetched`. */
export function fetchGrammar(): Promise<Grammar> {
  fetching ??= fetched(
    Promise.all([
      import('../console/run-line.ts'),
      import('../console/complete.ts'),
      import('../console/mentions.ts'),
      import('../console/tokenizer.ts'),
    ]),
  ).then(([run, completion, mentions, tokenizer]) => {
    grammar = {
      runLine: run.runLine,
      scriptLines: tokenizer.scriptLines,
      complete: completion.complete,
      acceptCandidate: completion.acceptCandidate,
      mentionsInLine: mentions.mentionsInLine,
      mentionsInReply: mentions.mentionsInReply,
    };
    for (const listener of listeners) listener();
    return grammar;
  });
  return fetching;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Undefined: it is not there yet. */
export const useGrammar = (): Grammar | undefined => useSyncExternalStore(subscribe, () => grammar);
