// Python's modules, as texts.
declare module '*.py' {
  const text: string;
  export default text;
}

declare var __PYSCRIPT_VERSION__: string;
