// What failed, out of the reports that the test runners write: [{ test, why }], `why` a few lines.

import { stripVTControlCharacters } from 'node:util';

const LINES_MAX = 12;

const few = (text = '') =>
  stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => !line.includes('node_modules'))
    .slice(0, LINES_MAX)
    .join('\n');

/** Of Vitest's JSON report. A file that could not be loaded has no tests: its own message stands for them. */
export function vitestFailures({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    if (status === 'failed' && assertionResults.length === 0) return [{ test: name, why: few(message) }];
    return assertionResults
      .filter((result) => result.status === 'failed')
      .map(({ fullName, failureMessages }) => ({ test: `${name} › ${fullName}`, why: few(failureMessages[0]) }));
  });
}

/** Of Playwright's JSON report: suites in suites, each with specs. */
export function playwrightFailures({ suites = [], errors = [] }) {
  const ofSuite = ({ file, specs = [], suites: inner = [] }) => [
    ...specs
      .filter(({ ok }) => !ok)
      .map(({ title, line, tests }) => ({
        test: `${file}:${line} › ${title}`,
        why: few(tests.flatMap(({ results }) => results).find(({ error }) => error !== undefined)?.error.message),
      })),
    ...inner.flatMap(ofSuite),
  ];
  return [...suites.flatMap(ofSuite), ...errors.map(({ message }) => ({ test: 'outside a test', why: few(message) }))];
}
