// PyScript's own module: its hooks are sets of functions, and of Python's code.

interface Hooks {
  onReady: Set<(wrap: any, xworker: any) => void>;
  onWorker: Set<(wrap: any, xworker: any) => void>;
  codeBeforeRun: Set<string>;
  codeBeforeRunAsync: Set<string>;
}
export const hooks: { main: Hooks; worker: Hooks };
