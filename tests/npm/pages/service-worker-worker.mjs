// @ts-check
// Sends packets that have a number, and compares what comes back: an answer to an earlier one may come late.
/** @type {(packet: Uint8Array | undefined, limitMs: number) => Uint8Array | undefined} */
let exchange;
const post = (/** @type {Uint8Array} */ packet) => postMessage({ packet });

const tag = crypto.getRandomValues(new Uint8Array(4));

/** @param {number} bytes @param {number} number */
function packetOf(bytes, number) {
  const packet = new Uint8Array(bytes).fill(number, 8);
  packet.set(tag);
  new DataView(packet.buffer).setUint32(4, number);
  return packet;
}

/** @param {Uint8Array} sent */
function echo(sent) {
  for (;;) {
    const got = exchange(sent, 60_000);
    if (got === undefined) continue;
    if (got.byteLength === sent.byteLength && got.every((byte, at) => byte === sent[at])) return;
    const isEarlier = got.slice(0, 4).every((byte, at) => byte === tag[at]);
    if (!isEarlier) throw new Error('an answer of another link');
  }
}

/** @param {number} bytes @param {number} count */
function echoes(bytes, count) {
  if (bytes === 0) return exchange(undefined, 60_000)?.byteLength ?? 'nothing';
  for (let number = 0; number < count; number++) echo(packetOf(bytes, number));
  return count;
}

/** Gives a request up, and asks again once its answer must have come. @param {number} restMs */
function giveUp(restMs) {
  const sent = packetOf(8, 0);
  if (exchange(sent, 100) !== undefined) throw new Error('it was answered too early');
  for (const end = performance.now() + restMs; performance.now() < end; );
  const got = exchange(undefined, 10_000);
  return got?.every((byte, at) => byte === sent[at]) ? 'answered' : 'nothing';
}

addEventListener('message', async ({ data: { link, page, bytes, count, limitMs, restMs } }) => {
  try {
    if (link !== undefined) {
      // A Blob's worker has no URL that others are relative to.
      const { exchanger } = await import(`${page}/sabir/service-worker.js`);
      exchange = exchanger(link, post);
      postMessage('ready');
    } else if (restMs !== undefined) postMessage(giveUp(restMs));
    else if (limitMs !== undefined) postMessage(exchange(undefined, limitMs)?.byteLength ?? 'nothing');
    else postMessage(echoes(bytes, count));
  } catch (error) {
    postMessage(String(error));
  }
});
