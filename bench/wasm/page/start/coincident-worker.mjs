// @ts-check
import coincident from '../node_modules/coincident/dist/window/worker.js';

const { proxy } = await coincident();
if (proxy.echo(1) === 1) postMessage('answered');
