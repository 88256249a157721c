// A program that uses the declarations; it is type-checked, never run.
import root from 'sabir';
import plain from 'sabir/main';
import plainJoin from 'sabir/worker';
import sabir, { TimedOut, type Connection, type SabirWorker } from 'sabir/window/main';
import join from 'sabir/window/worker';
import bundled from 'sabir/dist/window/main';
import 'sabir/coi';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const equal = <A, B>(_same: Equal<A, B>) => {};

/** The page's exports. */
interface Page {
  ask(question: string): Promise<string>;
  show(line: string): void;
}

/** The worker's exports. */
interface Program {
  add(one: number, bytes: ArrayBuffer): number;
  load(url?: string): Promise<{ size: number }>;
}

export function typedPage() {
  const { Worker } = plain();
  const worker = new Worker<Program, Page>('worker.js');
  equal<typeof worker, SabirWorker<Program, Page>>(true);
  const { proxy } = worker;
  worker.proxy.ask = async (question) => question.toUpperCase();
  // @ts-expect-error: the page's `ask` gives a string.
  worker.proxy.ask = async () => 1;
  // @ts-expect-error: the worker's exports are not ours to assign.
  worker.proxy.add = () => 1;
  // @ts-expect-error: not exported.
  void proxy.missing;
  // @ts-expect-error: no string.
  void proxy.add('1', new ArrayBuffer(8));
  const { transfer } = plain();
  const sum = proxy.add(1, new ArrayBuffer(8), transfer(new ArrayBuffer(8)));
  equal<typeof sum, Promise<number>>(true);
  const loaded = worker.timeout(10).load();
  equal<typeof loaded, Promise<{ size: number }>>(true);
}

export async function typedProgram() {
  const { proxy, timeout, connect } = await plainJoin<Page, Program>();
  const answer = proxy.ask('name?');
  equal<typeof answer, string>(true);
  equal<ReturnType<typeof proxy.show>, void>(true);
  proxy.load = async () => ({ size: 1 });
  // @ts-expect-error: no number.
  timeout(10).ask(1);
  const other = await connect<Program>('other');
  equal<typeof other, Connection<Program>>(true);
  const { size } = other.load('x');
  equal<typeof size, number>(true);
  const limited = timeout(10, other);
  equal<typeof limited, Connection<Program>>(true);
}

export async function typedWindow() {
  const { window, batch, proxy } = await join<Page, Program>();
  const link = window.document.createElement('a');
  equal<typeof link, HTMLAnchorElement>(true);
  equal<ReturnType<typeof proxy.ask>, string>(true);
  const title = batch(() => window.document.title);
  equal<typeof title, string>(true);
  // @ts-expect-error: a page has no such member.
  void window.document.titel;
  return window.import('./module.js').value;
}

export function entries() {
  equal<typeof root, typeof plain>(true);
  equal<typeof bundled, typeof sabir>(true);
}

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
