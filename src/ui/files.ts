/** SAVE: hands a text to the browser's downloads. */
export function downloadText(text: string, fileName: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // The download has its own hold on the data once it has begun, which Safari does later than the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * LOAD: asks for a file; undefined = the person changed their mind, or no person is there: browsers open a chooser only for somebody who has
 * just clicked or typed.
 */
export function pickTextFile(): Promise<string | undefined> {
  if (navigator.userActivation !== undefined && !navigator.userActivation.isActive) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = 'application/json,.json';
    input.addEventListener('cancel', () => resolve(undefined));
    input.addEventListener('change', () => {
      const [file] = input.files ?? [];
      if (file === undefined) resolve(undefined);
      else file.text().then(resolve, reject);
    });
    input.click();
  });
}
