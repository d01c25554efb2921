import { Component, type ReactNode } from 'react';
import { PanelLoadError } from '../shell/lazy-panel.tsx';

interface Props {
  readonly name: string;
  readonly children: ReactNode;
}

/** What was thrown and whether drawing again could help. */
interface Failure {
  readonly text: string;
  readonly needsReload: boolean;
}

/** A panel that fails says so in its own place; the rest of the page goes on. */
export class PanelBoundary extends Component<Props, { readonly failure: Failure | undefined }> {
  override state: { readonly failure: Failure | undefined } = { failure: undefined };

  static getDerivedStateFromError(error: unknown): { failure: Failure } {
    const text = error instanceof Error ? error.message : String(error);
    return { failure: { text, needsReload: error instanceof PanelLoadError } };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === undefined) return this.props.children;
    return (
      <div className="notice notice-bad" role="alert">
        <p className="notice-what">✕ {this.props.name} cannot be drawn</p>
        <p className="mono">{failure.text}</p>
        {failure.needsReload ? (
          <>
            <p>The cluster runs on. With the network back, reload the page: the nodes start again from their disks.</p>
            <button type="button" className="button" onClick={() => location.reload()}>
              Reload the page
            </button>
          </>
        ) : (
          <>
            <p>The cluster runs on. If drawing it again does not help, reload the page.</p>
            <button type="button" className="button" onClick={() => this.setState({ failure: undefined })}>
              Draw it again
            </button>
          </>
        )}
      </div>
    );
  }
}
