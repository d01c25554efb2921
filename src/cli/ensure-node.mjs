// Imported first by everything that `npm start` and `npm test` run, so that an old Node gets a sentence and not a stack trace.
const WANTED = [20, 19];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < WANTED[0] || (major === WANTED[0] && minor < WANTED[1])) {
  console.error(
    `Ringside needs Node ${WANTED.join('.')} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
  );
  console.error('Install a current one from https://nodejs.org and try again.');
  process.exit(1);
}
