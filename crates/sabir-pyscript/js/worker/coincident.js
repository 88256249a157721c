// @ts-check
// coincident's place in a worker.

import { joinPage } from 'sabir:workers-end';
import { Link } from './link.js';

/** This worker's link to the page, once polyscript has asked for it. @type {Link | undefined} */
export let link;

/** @param {any} options */
export default async function coincident(options) {
  link = new Link(await joinPage(options));
  return link.members;
}
