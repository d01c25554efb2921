/** The keys of the command line and of its output, in the order of the sheet. */
export const CONSOLE_KEYS: readonly { readonly shown: string; readonly does: string }[] = [
  { shown: 'Tab', does: 'Complete the word; again for the next candidate. Esc, then Tab leaves the line' },
  { shown: '↑ ↓', does: 'Lines run before; in a list its candidates' },
  { shown: 'Ctrl R', does: 'Search the lines run before' },
  { shown: 'Alt ↓', does: 'List what can be typed here' },
  { shown: 'Esc', does: 'Close the list, end the search, cancel a pasted script' },
  { shown: 'Ctrl L', does: 'Clear the output' },
  { shown: '← →', does: 'In the output: go through the names; Enter uses one' },
];
