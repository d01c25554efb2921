import { Component, type ReactNode } from 'react';

interface Props {
  readonly name: string;
  readonly children: ReactNode;
}

/** A panel that fails says so in its own place; the rest of the page goes on. */
export class PanelBoundary extends Component<Props, { readonly error: string | undefined }> {
  override state: { readonly error: string | undefined } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: string } {
    return { error: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div className="notice notice-bad" role="alert">
        <p className="notice-what">✕ {this.props.name} cannot be drawn</p>
        <p className="mono">{this.state.error}</p>
        <button type="button" className="button" onClick={() => this.setState({ error: undefined })}>
          Draw it again
        </button>
      </div>
    );
  }
}
