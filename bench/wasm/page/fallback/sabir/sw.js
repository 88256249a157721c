importScripts('/sabir/sw.js');
