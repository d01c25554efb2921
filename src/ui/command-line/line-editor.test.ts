import { describe, expect, test } from 'vitest';
import { acceptCandidate, complete } from '../../console/complete.ts';
import { nodeId } from '../../core/base/ids.ts';
import * as editing from './line-editor.ts';

const CONTEXT: editing.EditorContext = {
  known: { nodes: [nodeId(1), nodeId(2), nodeId(3)], shards: 8, clients: ['client'], keys: ['user:42', 'user:7'] },
  history: ['STATUS', 'PUT a 1', 'GET a'],
  grammar: { complete, acceptCandidate },
};

/** `¦` stands for the caret. */
function type(marked: string, state = editing.EMPTY_EDITOR): editing.EditorState {
  return editing.typed(state, marked.replace('¦', ''), marked.indexOf('¦'), CONTEXT);
}
const shown = ({ line, caret }: editing.EditorState): string => `${line.slice(0, caret)}¦${line.slice(caret)}`;
const offered = (state: editing.EditorState) => editing.choicesOf(state)?.candidates.map(({ text }) => text);
const active = (state: editing.EditorState) => editing.choicesOf(state)?.active;

function tab(state: editing.EditorState, step: 1 | -1 = 1): editing.EditorState {
  const next = editing.tab(state, step, CONTEXT);
  if (next === undefined) throw new Error(`Tab leaves ${shown(state)}`);
  return next;
}
function leave(state: editing.EditorState): editing.EditorState {
  const next = editing.leave(state);
  if (next === undefined) throw new Error(`Escape does nothing in ${shown(state)}`);
  return next;
}
const up = (state: editing.EditorState) => editing.arrow(state, -1, CONTEXT);
const down = (state: editing.EditorState) => editing.arrow(state, 1, CONTEXT);

describe('Tab', () => {
  test('takes the only candidate at once and goes on to the next word', () => {
    const next = tab(type('ki¦'));
    expect(shown(next)).toBe('KILL ¦');
    expect(offered(next)).toEqual(['n1', 'n2', 'n3']);
  });

  test('goes through several, each in the line, and round again; Shift-Tab goes back', () => {
    const first = tab(type('KILL ¦'));
    expect(shown(first)).toBe('KILL n1¦');
    expect(shown(tab(first))).toBe('KILL n2¦');
    expect(shown(tab(tab(tab(first))))).toBe('KILL n1¦');
    expect(shown(tab(first, -1))).toBe('KILL n3¦');
    expect(offered(first)).toEqual(['n1', 'n2', 'n3']);
  });

  test('completes the word at the caret in the middle of a line', () => {
    const moved = editing.caretMoved(type('ki n1; GET a¦'), 2);
    expect(shown(tab(moved))).toBe('KILL¦ n1; GET a');
  });

  test('leaves where there is nothing to complete, and after Escape', () => {
    for (const line of ['¦', '   ¦', 'KILL n1¦', 'PUT k ¦', '# K¦'])
      expect(editing.tab(type(line), 1, CONTEXT), line).toBeUndefined();
    const left = leave(type('KILL ¦'));
    expect(offered(left)).toBeUndefined();
    expect(editing.tab(left, 1, CONTEXT)).toBeUndefined();
    expect(editing.tab(type('KILL ¦'), -1, CONTEXT)).toBeUndefined();
    // Typing on asks for help again.
    expect(offered(type('KILL n¦', left))).toEqual(['n1', 'n2', 'n3']);
  });
});

describe('the list', () => {
  test('is entered with the down arrow, and taken from with Enter, which runs nothing', () => {
    const second = down(down(type('LOG n1 ¦')));
    expect([shown(second), active(second)]).toEqual(['LOG n1 s1¦', 1]);
    const { state, run } = editing.enter(second, CONTEXT);
    expect([shown(state), run, offered(state)]).toEqual(['LOG n1 s1¦', undefined, undefined]);
    expect(editing.enter(state, CONTEXT).run).toBe('LOG n1 s1');
  });

  test('gives the line back as it was typed: above its first candidate, and on Escape', () => {
    const first = down(type('GET us¦'));
    expect(shown(first)).toBe('GET user:42¦');
    expect([shown(up(first)), active(up(first))]).toEqual(['GET us¦', editing.NONE]);
    expect(shown(leave(first))).toBe('GET us¦');
    expect(editing.tab(leave(first), 1, CONTEXT)).toBeUndefined();
  });

  test('does not keep Enter from running a line of which nothing was chosen', () => {
    const state = type('PUT k v ¦');
    expect(offered(state)).toContain('via=');
    expect(editing.enter(state, CONTEXT).run).toBe('PUT k v ');
  });

  test('a click takes a candidate; of an empty line the list can be asked for', () => {
    const asked = editing.openList(editing.EMPTY_EDITOR, CONTEXT);
    const index = offered(asked)?.indexOf('KILL') ?? -1;
    expect(shown(editing.choose(asked, index, CONTEXT))).toBe('KILL ¦');
    expect(offered(editing.closeList(asked))).toBeUndefined();
  });

  test('closes when the caret is moved, not when it is where it was', () => {
    const state = type('KILL ¦');
    expect(offered(editing.caretMoved(state, 5))).toBeDefined();
    expect(offered(editing.caretMoved(state, 2))).toBeUndefined();
  });
});

describe('the history', () => {
  test('is gone through with the arrows; what was typed comes back', () => {
    const typed = type('DEL¦');
    const closed = leave(typed);
    expect(shown(up(closed))).toBe('GET a¦');
    expect(shown(up(up(closed)))).toBe('PUT a 1¦');
    expect(shown(up(up(up(up(up(closed))))))).toBe('STATUS¦');
    expect(shown(down(down(up(up(closed)))))).toBe('DEL¦');
    expect(shown(down(editing.EMPTY_EDITOR))).toBe('¦');
  });

  test('the up arrow reaches it past a list that only shows', () => {
    expect(shown(up(type('KILL ¦')))).toBe('GET a¦');
  });

  test('begins at its end again after a line was run', () => {
    const { state } = editing.enter(up(up(editing.EMPTY_EDITOR)), CONTEXT);
    expect(shown(up(state))).toBe('GET a¦');
  });

  test('is searched as one types; Ctrl-R goes on; Enter takes the line, Escape gives the old one back', () => {
    const begun = editing.search(type('half a li¦'), CONTEXT);
    expect([shown(begun), offered(begun)]).toEqual(['¦', ['GET a', 'PUT a 1', 'STATUS']]);
    const found = type('A¦', begun);
    expect(offered(found)).toEqual(['GET a', 'PUT a 1', 'STATUS']);
    expect(offered(type('put¦', found))).toEqual(['PUT a 1']);
    const second = editing.search(found, CONTEXT);
    expect(active(second)).toBe(1);
    const { state, run } = editing.enter(second, CONTEXT);
    expect([shown(state), run]).toEqual(['PUT a 1¦', undefined]);
    expect(shown(tab(second))).toBe('PUT a 1¦');
    expect(shown(leave(second))).toBe('half a li¦');
    const nothing = type('xyzzy¦', begun);
    expect(offered(nothing)).toBeUndefined();
    expect(editing.enter(nothing, CONTEXT)).toEqual({ state: nothing });
    expect(active(up(up(down(begun))))).toBe(0);
  });
});

test('a line that is put there waits for its next word', () => {
  const verb = editing.put(editing.EMPTY_EDITOR, 'KILL ', CONTEXT);
  expect([shown(verb), offered(verb)]).toEqual(['KILL ¦', ['n1', 'n2', 'n3']]);
  expect(offered(editing.put(editing.EMPTY_EDITOR, 'GET user:42', CONTEXT))).toBeUndefined();
  expect(verb.placed).toBe(1);
});

describe('a waiting line', () => {
  const waiting = { ...CONTEXT, waiting: 'PUT user:42 ada' };

  test('Enter runs it, Tab takes it, and the Tab after that leaves', () => {
    expect(editing.enter(editing.EMPTY_EDITOR, waiting)).toMatchObject({
      run: 'PUT user:42 ada',
      state: { line: '' },
    });
    const taken = editing.tab(editing.EMPTY_EDITOR, 1, waiting) as editing.EditorState;
    expect(shown(taken)).toBe('PUT user:42 ada¦');
    expect(editing.tab(taken, 1, waiting)).toBeUndefined();
    expect(editing.enter(taken, waiting).run).toBe('PUT user:42 ada');
  });

  test('gives way to whatever is typed, and to Shift Tab', () => {
    expect(editing.enter(type('GET k¦'), waiting).run).toBe('GET k');
    expect(editing.enter(type(' ¦'), waiting).run).toBeUndefined();
    expect(editing.tab(editing.EMPTY_EDITOR, -1, waiting)).toBeUndefined();
    expect(editing.enter(editing.EMPTY_EDITOR, CONTEXT).run).toBeUndefined();
  });
});
