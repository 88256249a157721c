importScripts('../../node_modules/coincident/dist/sw.js');
