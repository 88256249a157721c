/** The wasm of the behaviours: `page.rs`. `cargo xtask test` writes the module. */
export default function init(): Promise<unknown>;
export function behaviour_names(): string[];
export function check_behaviour(name: string, transport: string): Promise<void>;
export function check_burst(transport: string, count: number): Promise<void>;
export function choose(transports: string[], serviceWorker?: string, package?: string): Promise<string>;
export function end_of_blocked(): Promise<string>;
