// @ts-check
// coincident's place in a worker.

export { default } from 'sabir:worker';
