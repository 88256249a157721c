importScripts('../../sabir/sw.js');
