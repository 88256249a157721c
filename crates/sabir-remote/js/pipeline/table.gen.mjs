import { readFileSync } from 'node:fs'; import * as webidl from 'webidl2';
const dir='node_modules/@webref/idl/';
const SPECS=['dom','html','cssom','cssom-view','SVG','selection-api','web-animations','intersection-observer','resize-observer'];
/** Their operations fire events that are heard before they return, block, or call what they are given. */
const SYNCHRONOUS=new Set('click focus blur reset submit requestSubmit showModal show close requestClose write writeln open load toBlob showPicker select'.split(' '));
const INTERFACES='EventTarget Event Node Document DocumentFragment ShadowRoot Element CharacterData Text DOMTokenList MutationObserver Range Selection CSSStyleDeclaration CSSStyleSheet HTMLElement HTMLTableElement HTMLTableSectionElement HTMLTableRowElement HTMLInputElement HTMLSelectElement HTMLTextAreaElement HTMLFormElement HTMLLinkElement HTMLAnchorElement HTMLOptionsCollection SVGElement SVGGraphicsElement CanvasRenderingContext2D Path2D CanvasGradient CanvasPattern Storage History IntersectionObserver ResizeObserver Animation'.split(' ');
const ifaces=new Map(), includes=[];
for(const f of SPECS) for(const d of webidl.parse(readFileSync(`${dir}${f}.idl`,'utf8'))){ if(d.type==='includes') includes.push(d); if(d.type==='interface'||d.type==='interface mixin'){ const m=ifaces.get(d.name)??[]; m.push(...d.members); ifaces.set(d.name,m);} }
for(const i of includes){ const t=ifaces.get(i.target), s=ifaces.get(i.includes); if(t&&s) t.push(...s);}
const ext=(m,n)=>m.extAttrs?.some(a=>a.name===n);
const rows=[];
for(const n of INTERFACES){ const ops=new Map(), same=[];
 for(const m of ifaces.get(n)){ if(m.type==='operation'&&m.name&&m.special!=='static'&&!SYNCHRONOUS.has(m.name)){ const t=m.idlType?.idlType, gen=m.idlType?.generic; const k=t==='undefined'?'v':ext(m,'NewObject')&&!gen&&!/querySelectorAll|get(Bounding|Elements|Client)/.test(m.name)?'n':'x'; const p=ops.get(m.name); ops.set(m.name,p===undefined||p===k?k:'x'); }
  if(m.type==='attribute'&&ext(m,'SameObject')) same.push(m.name); }
 const of=k=>[...ops].filter(([,v])=>v===k).map(([x])=>x).sort().join(' ');
 const row=[of('v'),of('n'),same.sort().join(' ')];
 if(row.some(Boolean)) rows.push(`${n}:${row.join('/')}`); }
console.log(rows.join('\n'));
