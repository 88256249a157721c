// @ts-check
// Written by `cargo xtask bundle` from @webref/idl 3.85.0 (MIT): by interface, the operations that return nothing, those that
// return a new object, and the attributes that are the same object each time.

export const TABLE = `\
EventTarget:addEventListener removeEventListener//
Event:initEvent preventDefault stopImmediatePropagation stopPropagation//
Node:normalize/cloneNode/childNodes
Document:append captureEvents clear moveBefore prepend releaseEvents replaceChildren/createAttribute createAttributeNS createCDATASection createComment createDocumentFragment createElement createElementNS createEvent createExpression createNodeIterator createProcessingInstruction createRange createTextNode createTreeWalker importNode/anchors applets children embeds forms images implementation links plugins scripts styleSheets
DocumentFragment:append moveBefore prepend replaceChildren//children
ShadowRoot:setHTML setHTMLUnsafe//styleSheets
Element:after append before insertAdjacentHTML insertAdjacentText moveBefore prepend remove removeAttribute removeAttributeNS replaceChildren replaceWith setAttribute setAttributeNS setHTML setHTMLUnsafe//attributes children classList
CharacterData:after appendData before deleteData insertData remove replaceData replaceWith//
Text:/splitText/
DOMTokenList:add remove//
MutationObserver:disconnect observe//
Range:collapse deleteContents detach insertNode selectNode selectNodeContents setEnd setEndAfter setEndBefore setStart setStartAfter setStartBefore surroundContents/cloneContents cloneRange createContextualFragment extractContents/
Selection:addRange collapse collapseToEnd collapseToStart deleteFromDocument empty extend modify removeAllRanges removeRange selectAllChildren setBaseAndExtent setPosition//
CSSStyleDeclaration:setProperty//
CSSStyleSheet:deleteRule removeRule replaceSync//cssRules rules
HTMLElement://dataset style
HTMLTableElement:deleteCaption deleteRow deleteTFoot deleteTHead//rows tBodies
HTMLTableSectionElement:deleteRow//rows
HTMLTableRowElement:deleteCell//cells
HTMLInputElement:setCustomValidity setRangeText setSelectionRange stepDown stepUp//
HTMLSelectElement:add remove setCustomValidity//options selectedOptions
HTMLTextAreaElement:setCustomValidity setRangeText setSelectionRange//
HTMLLinkElement://blocking relList sizes
HTMLAnchorElement://relList
HTMLOptionsCollection:add remove//
SVGElement://className dataset style
SVGGraphicsElement://requiredExtensions systemLanguage transform
CanvasRenderingContext2D:arc arcTo beginPath bezierCurveTo clearRect clip closePath drawFocusIfNeeded drawImage ellipse fill fillRect fillText lineTo moveTo putImageData quadraticCurveTo rect resetTransform restore rotate roundRect save scale setLineDash setTransform stroke strokeRect strokeText transform translate/getTransform/
Path2D:addPath arc arcTo bezierCurveTo closePath ellipse lineTo moveTo quadraticCurveTo rect roundRect//
CanvasGradient:addColorStop//
CanvasPattern:setTransform//
Storage:clear removeItem setItem//
History:back forward go pushState replaceState//
IntersectionObserver:disconnect observe unobserve//
ResizeObserver:disconnect observe unobserve//
Animation:cancel commitStyles finish pause persist play reverse updatePlaybackRate//
`;
