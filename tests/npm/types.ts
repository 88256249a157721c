// What a user of the declarations writes; checked, never run.
import sabir, { TimedOut } from 'sabir/window/main';
import join from 'sabir/window/worker';

export async function page() {
  const { Worker, native, transfer, trace } = sabir({
    timeout: 100,
    policy: { deny: ['document.cookie'], readOnly: true },
  });
  const worker = new Worker('worker.js', { name: 'one', reflected_ffi_timeout: 10 });
  worker.proxy.ask = (question: string) => question.length;
  const answer: number = await worker.timeout(10).add(1, transfer(new ArrayBuffer(8)));
  trace.start(({ name, duration }) => console.log(name, duration));
  worker.interrupt();
  return [native, answer, worker.handles.lent, worker.ffi.query({}, 'a.b'), new TimedOut('x') instanceof Error];
}

export async function program() {
  const { window, proxy, batch, ffi, isWindowProxy, connect, handles } = await join({ transfer: false });
  const title: string = batch(() => window.document.title);
  return [
    title,
    proxy.ask('?'),
    ffi.gather(window, 'a'),
    isWindowProxy(window),
    (await connect('one')).f(),
    handles().lent,
  ];
}
