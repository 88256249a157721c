// @ts-check
const elsewhere = decodeURIComponent(location.search.slice(1));
const { default: sabir } = await import(`${elsewhere}/sabir/window/worker.js`);
const { proxy, window, sync } = await sabir();
postMessage({ asked: proxy.ask('name?'), sync, title: window.document.title });
