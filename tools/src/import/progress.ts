import { SingleBar } from 'cli-progress';

export interface Progress {
  at(line: number, accepted: number): void;
  stop(): void;
}

const plainEveryMs = 2_000;

/** A bar on a terminal, a line now and then elsewhere. */
export function progressOn(stream: NodeJS.WriteStream, total: number): Progress {
  return stream.isTTY ? bar(stream, total) : plain(stream, total);
}

function bar(stream: NodeJS.WriteStream, total: number): Progress {
  const shown = new SingleBar({
    stream,
    format: '{bar} {percentage}%  {value} of {total} lines, {accepted} accepted, {duration_formatted}, {eta_formatted} left',
    hideCursor: true,
  });
  shown.start(total, 0, { accepted: 0 });
  return {
    at: (line, accepted) => shown.update(line, { accepted }),
    stop: () => shown.stop(),
  };
}

function plain(stream: NodeJS.WriteStream, total: number): Progress {
  let last = 0;
  return {
    at(line, accepted) {
      const now = Date.now();
      if (line < total && now - last < plainEveryMs) return;
      last = now;
      stream.write(`${line} of ${total} lines, ${accepted} accepted\n`);
    },
    stop: () => undefined,
  };
}
