import type { NodeRequest } from '../protocol/node-channel.ts';
import { prepareLateEngine } from './late-loader.ts';
import { NodeServer } from './node-server.ts';

export function serveNode(): void {
  const engineReady = prepareLateEngine();
  // The page's one message brings the port to the conductor; everything else goes over that.
  self.onmessage = (event: MessageEvent<MessagePort>) => {
    const port = event.data;
    const server = new NodeServer((reply) => port.postMessage(reply));
    port.onmessage = ({ data }: MessageEvent<NodeRequest>) => void engineReady.then(() => server.serve(data));
  };
}
