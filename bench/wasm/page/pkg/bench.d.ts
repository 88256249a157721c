/** The wasm of the benchmark. `cargo xtask build` writes the module. */
export default function init(): Promise<unknown>;
export function bare_memory(): SharedArrayBuffer;
export function bare_ask(shared: SharedArrayBuffer, forMs: number): number;
export function bare_answer(shared: SharedArrayBuffer): void;
export function start(): Promise<void>;
export function hot(forMs: number): Promise<number>;
export function cold(pausesMs: Float64Array): Promise<Float64Array>;
export function bulk(len: number, times: number): Promise<Float64Array>;
export function many(calls: number): Promise<Float64Array>;
export function timed_out(): Promise<number>;
export function interrupted(blockedFor: Promise<unknown>): Promise<number>;
export function restarted(): Promise<number>;
/** Elements a second that a worker of Rust's makes. */
export function elements(forMs: number): Promise<number>;
export function walk(value: unknown): number;
