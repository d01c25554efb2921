/** Names under which a WebDriver hands over elements, https://www.w3.org/TR/webdriver2/#elements */
const ELEMENT_KEY = 'element-6066-11e4-a52e-4f735466cecf';
const ENTER = '\uE007';

/** An error as the remote end names it: `no such element`, `javascript error` … */
export class WebDriverError extends Error {
  override readonly name = 'WebDriverError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

export type ElementReference = Readonly<Record<typeof ELEMENT_KEY, string>>;

/** A session with a WebDriver: the few commands of https://www.w3.org/TR/webdriver2/ that the checks use. */
export class WebDriverSession {
  readonly capabilities: Readonly<Record<string, unknown>>;
  private readonly address: string;

  private constructor(address: string, capabilities: Readonly<Record<string, unknown>>) {
    this.address = address;
    this.capabilities = capabilities;
  }

  /** @param driver the driver's address without a slash at its end. */
  static async open(driver: string, capabilities: Readonly<Record<string, unknown>>): Promise<WebDriverSession> {
    const session = await command<{ sessionId: string; capabilities: Record<string, unknown> }>(
      'POST',
      `${driver}/session`,
      { capabilities: { alwaysMatch: capabilities } },
    );
    return new WebDriverSession(`${driver}/session/${session.sessionId}`, session.capabilities);
  }

  setTimeouts(timeouts: { readonly script: number; readonly pageLoad: number }): Promise<void> {
    return this.post('timeouts', timeouts);
  }

  navigate(url: string): Promise<void> {
    return this.post('url', { url });
  }

  refresh(): Promise<void> {
    return this.post('refresh', {});
  }

  setWindowSize(width: number, height: number): Promise<void> {
    return this.post('window/rect', { width, height });
  }

  execute<T>(script: string): Promise<T> {
    return this.post('execute/sync', { script, args: [] });
  }

  /** `script` gets a callback as its last argument; its value is the command's. */
  executeAsync<T>(script: string): Promise<T> {
    return this.post('execute/async', { script, args: [] });
  }

  click(element: ElementReference): Promise<void> {
    return this.post(`element/${element[ELEMENT_KEY]}/click`, {});
  }

  /** Types into the element, then Enter. */
  typeLine(element: ElementReference, text: string): Promise<void> {
    return this.post(`element/${element[ELEMENT_KEY]}/value`, { text: text + ENTER });
  }

  /** PNG. */
  async screenshot(): Promise<Uint8Array> {
    return Buffer.from(await command<string>('GET', `${this.address}/screenshot`), 'base64');
  }

  close(): Promise<void> {
    return command('DELETE', this.address);
  }

  private post<T>(path: string, body: unknown): Promise<T> {
    return command<T>('POST', `${this.address}/${path}`, body);
  }
}

async function command<T>(method: 'GET' | 'POST' | 'DELETE', address: string, body?: unknown): Promise<T> {
  const response = await fetch(address, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: T | { error: string; message: string } };
  if (response.ok) return value as T;
  const { error, message } = value as { error: string; message: string };
  throw new WebDriverError(error, message);
}
