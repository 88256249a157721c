// @ts-check
import coincident from '../node_modules/coincident/dist/window/main.js';
import { measureFirst } from './first.mjs';

measureFirst(coincident().Worker, 'coincident');
