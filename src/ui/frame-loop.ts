/** One requestAnimationFrame loop for everything that moves; nothing that moves goes through React. It rests while nothing does. */
export interface FrameLoop {
  /** Called every frame, in order of subscription, with the shown virtual time, and soon after subscribing. Returns the function that unsubscribes. */
  onFrame(draw: (nowUs: number) => void): () => void;
  /** Something that a drawing depends on has changed: there will be a frame. */
  wake(): void;
  stop(): void;
}

interface FrameSource {
  /** True: something still moves, call again next frame. */
  frame(wallMs: number): boolean;
  nowUs(): number;
}

export function startFrameLoop(feed: FrameSource): FrameLoop {
  const draws = new Set<(nowUs: number) => void>();
  /** Undefined: at rest. */
  let handle: number | undefined;
  let stopped = false;
  const wake = () => {
    if (!stopped) handle ??= requestAnimationFrame(tick);
  };
  function tick(wallMs: number) {
    handle = undefined;
    // What wakes the loop from inside the frame asks for the next one, so nothing that changes here is left undrawn.
    const moving = feed.frame(wallMs);
    const nowUs = feed.nowUs();
    for (const draw of draws) draw(nowUs);
    if (moving) wake();
  }
  wake();
  return {
    onFrame(draw) {
      draws.add(draw);
      wake();
      return () => draws.delete(draw);
    },
    wake,
    stop() {
      stopped = true;
      if (handle !== undefined) cancelAnimationFrame(handle);
    },
  };
}
