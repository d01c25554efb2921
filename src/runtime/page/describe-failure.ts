/** A worker's error event in words. A script that could not even be loaded brings no message. */
export function describeFailure(event: ErrorEvent): string {
  const place = event.filename ? ` (${event.filename}:${event.lineno})` : '';
  return event.message ? `${event.message}${place}` : 'the worker could not be loaded';
}
