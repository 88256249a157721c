// @ts-check
import sabir from 'sabir/window/worker';

const { proxy, window, sync } = await sabir();
postMessage({ asked: proxy.ask('name?'), sync, title: window.document.title });
