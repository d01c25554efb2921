import { useEffect, useRef } from 'react';
import type { Choices } from './line-editor.ts';

interface Props {
  readonly id: string;
  readonly choices: Choices;
  onChoose(index: number): void;
}

export const choiceId = (listId: string, index: number): string => `${listId}-${index}`;

/** What the command line offers. The focus stays in the input, which names the active choice. */
export function ChoiceList({ id, choices: { label, candidates, active }, onChoose }: Props) {
  const chosen = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another active choice is another element
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div className="choices" id={id} role="listbox" aria-label={label}>
      {candidates.map(({ text, hint }, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the input, which keeps the focus
        <div
          key={text}
          id={choiceId(id, i)}
          ref={i === active ? chosen : null}
          className="choice"
          role="option"
          aria-selected={i === active}
          tabIndex={-1}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(i)}
        >
          <span className="choice-text">{text}</span>
          {hint === '' ? null : <span className="choice-hint"> {hint}</span>}
        </div>
      ))}
    </div>
  );
}
