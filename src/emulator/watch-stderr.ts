import type { Readable } from 'node:stream';

/**
 * Passes on what a process says on standard error, but for V8's last words when its heap is full: those answer why it aborted, which
 * the signal alone does not, and a test runner above, as Jest is, would take them for its own end.
 * @returns asks whether the heap was full; resolves once all is read, or `patience` milliseconds later
 */
export function watchStderr(stderr: Readable): (patience: number) => Promise<boolean> {
  let lastWords = '';
  stderr.on('data', (chunk: Buffer) => {
    const text = chunk.toString('latin1');
    const at = lastWords === '' ? text.search(lastWordsBegin) : 0;
    process.stderr.write(at < 0 ? chunk : chunk.subarray(0, at));
    if (at >= 0) lastWords += text.slice(at);
  });
  const closed = new Promise((resolve) => stderr.once('close', resolve));
  return async (patience) => {
    // A program that the process started may hold it open.
    const timer = setTimeout(() => stderr.destroy(), patience);
    await closed;
    clearTimeout(timer);
    const full = heapIsFull.test(lastWords);
    if (!full) process.stderr.write(Buffer.from(lastWords, 'latin1'));
    return full;
  };
}

// As V8 and Node print them, each in one piece.
const lastWordsBegin = /^(?:<--- Last few GCs --->|FATAL ERROR: .* out of memory\b)/m;
const heapIsFull = /^FATAL ERROR: .* out of memory\b/m;
