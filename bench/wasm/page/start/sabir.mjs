// @ts-check
import sabir from '/sabir/dist/window/main.js';
import { measureFirst } from './first.mjs';

measureFirst(sabir().Worker, 'sabir');
