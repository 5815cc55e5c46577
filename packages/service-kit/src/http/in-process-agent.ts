import http, { type RequestListener } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { createServer } from './prepared.js';

/** What HTTP asks of a socket beyond a stream. There is no network here, so each of them has nothing to do. */
function asSocket(side: Duplex): Duplex {
  const nothing = () => side;
  return Object.assign(side, { setTimeout: nothing, setKeepAlive: nothing, setNoDelay: nothing, ref: nothing, unref: nothing });
}

/**
 * An agent whose connections end in `handler`, in this process: real HTTP (framing, keep-alive, back-pressure, aborts) over a pair of
 * streams, without a port.
 */
export function inProcessAgent(handler: RequestListener): http.Agent {
  const server = createServer(handler);
  const agent = new http.Agent({ keepAlive: true });
  agent.createConnection = () => {
    const [near, far] = duplexPair().map(asSocket) as [Duplex, Duplex];
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    far.on('error', () => near.destroy());
    server.emit('connection', far);
    return near;
  };
  return agent;
}
