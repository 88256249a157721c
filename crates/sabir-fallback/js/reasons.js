// @ts-check
// Why the browser refuses memory, or a script: browsers do not say, so the headers are asked for, when somebody is to be told.

/** How long the server may take to tell its headers, in ms. */
const LIMIT_MS = 2000;

export const OPAQUE =
  'the page has an opaque origin: it is a file, or its frame is sandboxed without `allow-same-origin`';

const OPENER = 'Cross-Origin-Opener-Policy';
const EMBEDDER = 'Cross-Origin-Embedder-Policy';

/** @type {Promise<string> | undefined} */
let found;

/** Why the page has no shared memory. */
export const whyNotShared = () => (found ??= lookAtPage());

async function lookAtPage() {
  const { crossOriginIsolated: isolated, top } = window;
  if (isolated) return 'this browser has no shared memory, although the page is isolated';
  if (globalThis.origin === 'null') return OPAQUE;
  if (!isSecureContext) return 'the page is not served securely (https, or localhost)';
  return `crossOriginIsolated is ${isolated}: ${top === window ? await lackingOf(location.href) : await lookAbove(top)}`;
}

/** Why a frame is not isolated. @param {any} top */
async function lookAbove(top) {
  const policy = 'allows this frame `cross-origin-isolated`';
  try {
    if (!top.crossOriginIsolated)
      return `the page that embeds this one is not isolated: ${await lackingOf(top.location.href)}`;
    return `the page that embeds this one is isolated; see whether it ${policy}`;
  } catch {
    return `the page that embeds this one is of another origin; see whether it is isolated, and ${policy}`;
  }
}

/** Which header a page lacks. @param {string} url */
async function lackingOf(url) {
  const headers = (await head(url))?.headers;
  if (headers === undefined) return `its headers ${OPENER} and ${EMBEDDER} cannot be looked at`;
  const [opener, embedder] = [OPENER, EMBEDDER].map((name) => valueOf(headers, name));
  const lacks = [
    opener !== 'same-origin' && `${OPENER}: same-origin`,
    !isolates(embedder) && `${EMBEDDER}: require-corp`,
  ].filter(Boolean);
  if (lacks.length > 0) return `the page's server does not send \`${lacks.join('` and `')}\``;
  return `this browser does not isolate it by \`${EMBEDDER}: ${embedder}\`, or was not sent it when it loaded the page`;
}

/** A header's value, without its parameters. @param {Headers} headers @param {string} name */
const valueOf = (headers, name) => headers.get(name)?.split(';')[0].trim();

/** @param {string | undefined} embedder */
const isolates = (embedder) => embedder === 'require-corp' || embedder === 'credentialless';

/** @param {string | URL} url */
const head = (url) => fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(LIMIT_MS) }).catch(() => undefined);

/** Why a worker's script is not there; the browser's own event says nothing. @param {string | URL} url */
export async function whyNotLoaded(url) {
  const { href, protocol } = new URL(url, document.baseURI);
  const said = /^https?:$/.test(protocol) ? await head(href) : undefined;
  return `${href.slice(0, 200)} ${said === undefined ? 'cannot be fetched' : await told(said)}`;
}

/** @param {Response} script */
async function told(script) {
  if (!script.ok) return `has the status ${script.status}`;
  const type = valueOf(script.headers, 'Content-Type');
  if (!/javascript|ecmascript/.test(type ?? '')) return `has the type ${type}`;
  const page = await head(location.href);
  if (page !== undefined && isolates(valueOf(page.headers, EMBEDDER)) && !isolates(valueOf(script.headers, EMBEDDER)))
    return `lacks the header \`${EMBEDDER}: require-corp\`, which the workers of a page that has it need`;
  return 'is there; see whether all that it imports is, and whether a Content-Security-Policy (`worker-src`) refuses it';
}
