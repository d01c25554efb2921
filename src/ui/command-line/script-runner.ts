export interface ScriptProgress {
  /** Lines that have their answer. */
  readonly done: number;
  readonly total: number;
  readonly errors: number;
  /** The one that is running. */
  readonly line: string;
}

interface ScriptHost {
  /** Runs one line; whether all of its commands succeeded. */
  run(line: string): Promise<boolean>;
  /** Undefined: nothing is running any more. */
  progress(progress: ScriptProgress | undefined): void;
  /** Once at the end of several lines, in words. */
  finished(text: string): void;
}

export interface ScriptRunner {
  /** Behind what still runs. */
  add(script: readonly string[]): void;
  /** The line that is running still gets its answer; those behind it do not run. */
  cancel(): void;
}

/** Runs a pasted script line by line, each after the one before has its answer. An error does not keep the next from running. */
export function createScriptRunner(host: ScriptHost): ScriptRunner {
  let lines: string[] = [];
  let isRunning = false;
  let isCancelled = false;

  const runAll = async () => {
    isRunning = true;
    isCancelled = false;
    let done = 0;
    let errors = 0;
    for (let line = lines[0]; line !== undefined && !isCancelled; line = lines[done]) {
      host.progress({ done, total: lines.length, errors, line });
      if (!(await host.run(line))) errors++;
      done++;
    }
    const total = lines.length;
    lines = [];
    isRunning = false;
    host.progress(undefined);
    if (total > 1) host.finished(summary(done, total, errors));
  };
  return {
    add(script) {
      lines.push(...script);
      if (!isRunning && lines.length > 0) void runAll();
    },
    cancel() {
      isCancelled = true;
    },
  };
}

function summary(done: number, total: number, errors: number): string {
  const outcome = errors === 0 ? 'no errors' : `${errors} with an error`;
  if (done === total) return `Script: ${total} lines ran, ${outcome}.`;
  return `Script cancelled: ${done} of ${total} lines ran, ${outcome}; ${total - done} did not run.`;
}
