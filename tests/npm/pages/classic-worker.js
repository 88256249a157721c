// @ts-check
// A classic worker, which loads the library late: it has missed the start message.
setTimeout(async () => {
  // @ts-ignore the server has it
  const { default: sabir } = await import('/sabir/window/worker.js');
  const { proxy, window, sync } = await sabir();
  postMessage({ asked: proxy.ask('name?'), sync, title: window.document.title });
}, 200);
