// @ts-check
import coincident from '../../node_modules/coincident/dist/window/main.js';
import { drive, starts } from '../page.mjs';

await drive('coincident', starts(coincident().Worker, 'coincident'));
