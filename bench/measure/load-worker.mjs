// Sends requests to one server from a process of its own and reports what came back. Told by its parent over IPC.
//
// Bare sockets: on two cores the generator takes its share from the server's and the database's, and autocannon takes more than the
// servers measured here. Each connection has one request under way (no pipelining); every answer is read to its end and counted.

import net from 'node:net';

process.once('message', async (order) => {
  const { url, connections, amount, requests, eventIds } = order;
  const { hostname, port, host } = new URL(url);
  const prepared = requests.map((request) => prepare(host, request, eventIds !== undefined));
  const latencies = new Float64Array(amount);
  const statuses = {};
  let event = eventIds?.from ?? 0;
  let sent = 0;
  let answered = 0;
  let failures = 0;

  const nextBytes = () => {
    const { head, parts, text } = prepared[sent % prepared.length];
    sent += 1;
    if (parts === undefined) return text;
    let body = parts[0];
    for (let at = 1; at < parts.length; at++) body += `${eventIds.prefix}${(event++).toString(36)}${parts[at]}`;
    return `${head}content-length: ${body.length}\r\n\r\n${body}`;
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: Math.min(connections, amount) }, () => converse()));
  const seconds = (performance.now() - begun) / 1000;
  const sorted = latencies.subarray(0, answered).sort();
  const percentile = (share) => sorted[Math.min(answered - 1, Math.floor(answered * share))] ?? 0;
  const { user, system } = process.cpuUsage();
  process.send({
    answered,
    statuses,
    failures,
    seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    cpuSeconds: (user + system) / 1e6,
    nextEvent: event,
  });
  process.disconnect();

  /** One connection, until all requests are sent. */
  function converse() {
    return new Promise((resolve) => {
      const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
      let startedAt = 0;
      let head = '';
      let missing = 0;
      let status = '';
      const send = () => {
        if (sent >= amount) return socket.end(resolve);
        startedAt = performance.now();
        socket.write(nextBytes(), 'latin1');
      };
      const answer = () => {
        latencies[answered++] = performance.now() - startedAt;
        statuses[status] = (statuses[status] ?? 0) + 1;
        send();
      };
      socket.on('connect', send);
      socket.on('data', (chunk) => {
        if (missing > 0) {
          missing -= chunk.length;
          if (missing === 0) answer();
          return;
        }
        head += chunk.latin1Slice();
        const end = head.indexOf('\r\n\r\n');
        if (end === -1) return;
        status = head.slice(9, 12);
        missing = contentLength(head) - (head.length - end - 4);
        head = '';
        if (missing === 0) answer();
      });
      const fail = () => {
        failures += 1;
        resolve();
      };
      socket.on('error', fail);
      socket.on('close', resolve);
    });
  }
});

function contentLength(head) {
  const found = /\r\ncontent-length: (\d+)/i.exec(head);
  if (!found) throw new Error(`an answer without content-length: ${head.slice(0, 300)}`);
  return Number(found[1]);
}

/** The request's text up to its length, and its body cut where event ids go. */
function prepare(host, { method, path, headers = {}, body }, hasIds) {
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}`;
  if (body === undefined) return { text: `${head}\r\n` };
  if (!hasIds) return { text: `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}` };
  return { head, parts: body.split('@') };
}
