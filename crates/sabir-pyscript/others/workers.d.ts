// polyscript's named workers: a promise of each, made when it is first asked for.
export const workers: Record<string, PromiseWithResolvers<any>>;
