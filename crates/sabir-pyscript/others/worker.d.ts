// polyscript's worker, which starts when it is imported.
export {};
