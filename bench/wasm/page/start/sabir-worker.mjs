// @ts-check
import sabir from '/sabir/dist/window/worker.js';

const { proxy } = await sabir();
if (proxy.echo(1) === 1) postMessage('answered');
