/** Path of a Chromium that starts; found, or installed. Rejects with what to do. */
export function ensureChromium(): Promise<string>;
