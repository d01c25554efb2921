import { type ShellStore, showPanel } from './shell/shell-store.ts';

const INPUT = '.console input, .console textarea';
/** A panel whose code is not there by then shows why in its own place. */
const WAIT_MS = 5000;

/** Brings the console into view and the focus into its line; with a text, the line holds that and the person goes on from its end. */
export function focusConsole(shell: ShellStore, text?: string): void {
  showPanel(shell, 'console');
  whenThere((input) => {
    if (text !== undefined) type(input, text);
    input.focus();
  });
}

/** The way a person's typing goes: the line belongs to the console, which hears of it as it hears of every key. */
function type(input: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  const prototype = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(input, text);
  input.setSelectionRange(text.length, text.length);
  input.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertReplacementText', data: text }));
}

/** At once where the console is in view; else when it is drawn. */
function whenThere(then: (input: HTMLInputElement | HTMLTextAreaElement) => void): void {
  const look = () => document.querySelector<HTMLInputElement | HTMLTextAreaElement>(INPUT);
  const there = look();
  if (there !== null) {
    then(there);
    return;
  }
  const observer = new MutationObserver(() => {
    const input = look();
    if (input === null) return;
    observer.disconnect();
    then(input);
  });
  observer.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), WAIT_MS);
}
