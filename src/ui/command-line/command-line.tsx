import {
  type ClipboardEvent,
  type KeyboardEvent,
  type Ref,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useApp, useAppState } from '../app-context.ts';
import { fetchGrammar, useGrammar } from '../grammar.ts';
import { DialChip } from '../panels/dial/dial-chip.tsx';
import { ChoiceList, choiceId } from './choice-list.tsx';
import { knownNames } from './known-names.ts';
import * as editing from './line-editor.ts';
import { StatusLine } from './status-line.tsx';
import { useHistory } from './use-history.ts';
import { useScript } from './use-script.ts';

export interface CommandLineHandle {
  /** Puts a line into the input, to be changed and run. */
  put(line: string): void;
  focus(): void;
}

/** The input with what it offers above and what it says below. `line-editor.ts` decides what a key does. */
export function CommandLine({ ref }: { readonly ref: Ref<CommandLineHandle> }) {
  const { commands, store } = useApp();
  const waiting = useAppState((state) => state.waitingLine);
  const keyspace = useAppState((state) => state.keyspace);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [editor, setEditor] = useState(editing.EMPTY_EDITOR);
  const [focused, setFocused] = useState(false);
  const [history, record] = useHistory();
  const script = useScript(commands, record);
  const grammar = useGrammar();
  const context = (): editing.EditorContext => ({ known: knownNames(store.getState()), history, waiting, grammar });

  const { line, caret, placed } = editor;
  const signature = useMemo(
    () => grammar?.complete(line, caret, knownNames(store.getState())).signature,
    [grammar, line, caret, store],
  );
  const choices = focused ? editing.choicesOf(editor) : undefined;
  const isSearch = editor.mode.type === 'search';

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed before the grammar came is offered its names when it is there
  useLayoutEffect(() => {
    if (grammar !== undefined && editor.mode.type === 'plain' && line !== '')
      setEditor((state) => editing.typed(state, state.line, state.caret, context()));
  }, [grammar]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a line that was not typed brings its own place for the caret
  useLayoutEffect(() => {
    if (placed > 0) input.current?.setSelectionRange(caret, caret);
  }, [placed]);

  useImperativeHandle(ref, () => ({
    put(text) {
      setEditor((state) => editing.put(state, text, context()));
      input.current?.focus();
    },
    focus: () => input.current?.focus(),
  }));

  const submit = () => {
    const entered = editing.enter(editor, context());
    setEditor(entered.state);
    if (entered.run === undefined) return;
    record(entered.run);
    void commands.run(entered.run, 'typed');
  };
  /** What the key makes of the line; undefined: the key is not ours. */
  const edited = (event: KeyboardEvent<HTMLInputElement>): editing.EditorState | undefined => {
    const { key, currentTarget } = event;
    // Where the caret is now: what React was last told of may be older.
    const state = editing.caretMoved(editor, currentTarget.selectionStart ?? caret);
    const plain = !(event.ctrlKey || event.metaKey || event.altKey);
    if (key === 'Tab' && plain) return editing.tab(state, event.shiftKey ? -1 : 1, context());
    if (key === 'ArrowDown' && event.altKey) return editing.openList(state, context());
    if (key === 'ArrowUp' && event.altKey) return editing.closeList(state);
    if (key === 'ArrowUp' && plain) return editing.arrow(state, -1, context());
    if (key === 'ArrowDown' && plain) return editing.arrow(state, 1, context());
    if (key === 'Escape' && plain) return editing.leave(state);
    if (key.toLowerCase() === 'r' && event.ctrlKey && !event.shiftKey) return editing.search(state, context());
    return undefined;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      return submit();
    }
    const next = edited(event);
    if (next !== undefined) setEditor(next);
    else if (event.key === 'Escape' && script.progress !== undefined) script.cancel();
    else return;
    event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData('text');
    if (isSearch || !/[\r\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    script.add(line.slice(0, selectionStart ?? line.length) + text + line.slice(selectionEnd ?? line.length));
    setEditor(editing.put(editor, '', context()));
  };
  const onChange = (element: HTMLInputElement) => {
    const { value, selectionStart } = element;
    setEditor(editing.typed(editor, value, selectionStart ?? value.length, context()));
  };
  const onSelect = ({ selectionStart }: HTMLInputElement) => {
    // React tells of a selection on keydown as well, after the key has placed a caret that the input does not have yet.
    setEditor((state) => (state.placed === placed ? editing.caretMoved(state, selectionStart ?? state.caret) : state));
  };
  const toggleList = () => {
    setEditor(choices === undefined ? editing.openList(editor, context()) : editing.closeList(editor));
    input.current?.focus();
  };

  const listId = `${id}-list`;
  return (
    <div className="command-line">
      {choices === undefined ? null : (
        <ChoiceList
          id={listId}
          choices={choices}
          onChoose={(index) => setEditor(editing.choose(editor, index, context()))}
        />
      )}
      <div className="command-field">
        <label className="prompt" htmlFor={id}>
          <span aria-hidden="true">{isSearch ? 'search:' : keyspace === 'strong' ? '›' : `${keyspace} ›`}</span>
          <span className="sr-only">{isSearch ? 'Search the lines run before' : 'Command'}</span>
        </label>
        <input
          ref={input}
          id={id}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={choices !== undefined}
          aria-controls={choices === undefined ? undefined : listId}
          aria-activedescendant={
            choices !== undefined && choices.active !== editing.NONE ? choiceId(listId, choices.active) : undefined
          }
          aria-describedby={`${id}-status`}
          value={line}
          onChange={(event) => onChange(event.currentTarget)}
          onSelect={(event) => onSelect(event.currentTarget)}
          onFocus={() => {
            setFocused(true);
            // A line that runs says what did not come.
            fetchGrammar().catch(() => undefined);
          }}
          onBlur={() => setFocused(false)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          placeholder={isSearch ? 'part of a line' : (waiting ?? 'a command, such as GET user:42')}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
          enterKeyHint="send"
          spellCheck={false}
        />
        <DialChip />
        <button
          type="button"
          className="command-open"
          tabIndex={-1}
          aria-label="List what can be typed here"
          title="List what can be typed here (Alt ↓)"
          aria-expanded={choices !== undefined}
          onPointerDown={(event) => event.preventDefault()}
          onClick={toggleList}
        >
          <span aria-hidden="true">▾</span>
        </button>
      </div>
      <StatusLine
        id={`${id}-status`}
        editor={editor}
        waiting={waiting}
        signature={signature}
        script={script.progress}
        onCancel={script.cancel}
      />
    </div>
  );
}
