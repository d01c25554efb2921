/** One requestAnimationFrame loop for everything that moves; nothing that moves goes through React. */
export interface FrameLoop {
  /** Called every frame, in order of subscription, with the shown virtual time. Returns the function that unsubscribes. */
  onFrame(draw: (nowUs: number) => void): () => void;
  stop(): void;
}

export function startFrameLoop(feed: { frame(wallMs: number): void; nowUs(): number }): FrameLoop {
  const draws = new Set<(nowUs: number) => void>();
  let handle = requestAnimationFrame(tick);
  function tick(wallMs: number) {
    handle = requestAnimationFrame(tick);
    feed.frame(wallMs);
    const nowUs = feed.nowUs();
    for (const draw of draws) draw(nowUs);
  }
  return {
    onFrame(draw) {
      draws.add(draw);
      return () => draws.delete(draw);
    },
    stop: () => cancelAnimationFrame(handle),
  };
}
