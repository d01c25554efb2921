import { fork } from 'node:child_process';

interface Pending<Answer> {
  readonly promise: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The answers to `tasks`, in the order of the tasks, from `size` processes that run `script` with `args`: each is sent a task as a message when it has
 * answered the one before, with one message. Rejects when a process ends without having answered.
 */
export async function* answersInOrder<Task extends object, Answer>(
  script: string,
  args: readonly string[],
  tasks: readonly Task[],
  size: number,
): AsyncGenerator<Answer> {
  const pending = tasks.map(() => createPending<Answer>());
  let next = 0;
  const children = Array.from({ length: Math.min(size, tasks.length) }, () => {
    const child = fork(script, args);
    let at = -1;
    const ask = (): void => {
      at = next++;
      const task = tasks[at];
      if (task === undefined) child.disconnect();
      else child.send(task);
    };
    const failed = (why: string): void =>
      pending[at]?.reject(new Error(`task ${at + 1} of ${tasks.length}: its process ${why}`));
    child.on('message', (answer) => {
      pending[at]?.resolve(answer as Answer);
      ask();
    });
    child.on('error', ({ message }) => failed(`failed: ${message}`));
    child.on('exit', (code, signal) => failed(`ended with ${signal ?? `code ${code}`}`));
    ask();
    return child;
  });
  try {
    for (const { promise } of pending) yield await promise;
  } finally {
    for (const child of children) child.kill();
  }
}

function createPending<Answer>(): Pending<Answer> {
  let functions: Pick<Pending<Answer>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<Answer>((resolve, reject) => {
    functions = { resolve, reject };
  });
  // One that nobody awaits yet may fail first.
  promise.catch(() => {});
  return { promise, ...(functions as Pick<Pending<Answer>, 'resolve' | 'reject'>) };
}

/** In a process of a pool: answers each task. The process ends with the pool. */
export function answerTasks<Task, Answer>(answer: (task: Task) => Answer): void {
  // Without the pool nobody wants an answer.
  process.on('error', () => process.exit(1));
  process.on('message', (task) => process.send?.(answer(task as Task)));
}
