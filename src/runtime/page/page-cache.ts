/**
 * A page in the back/forward cache is not gone. WebKit stops its workers wherever they are, with their Web Locks and open transactions, and
 * whoever opens the site next waits for those for ever. So `end` is called as a page goes there, which must end every worker; a page that
 * comes back begins anew, with the run's disks.
 */
export function leaveNothingInPageCache(page: Pick<Window, 'addEventListener' | 'location'>, end: () => void): void {
  page.addEventListener('pagehide', (event) => {
    if (event.persisted) end();
  });
  page.addEventListener('pageshow', (event) => {
    if (event.persisted) page.location.reload();
  });
}
