// @ts-check
// coincident's place on the page.

export { default } from 'sabir:main';
