(()=>{function K({axis:e,step:r},{x:n,y:o},{name:t,shift:i}){let s=i||t.startsWith("Page")?10*r:r,a=u=>e==="x"?{x:n+u*s,y:o}:{x:n,y:o+u*s};switch(t){case"ArrowUp":case"PageUp":return a(1);case"ArrowDown":case"PageDown":return a(-1);case"ArrowRight":return e==="y"?a(1):{x:n+s,y:o};case"ArrowLeft":return e==="y"?a(-1):{x:n-s,y:o};default:return}}function R({width:e,height:r,x:n,y:o,margin:t},i){let s=(i.x-n[0])/(n[1]-n[0]),a=(i.y-o[0])/(o[1]-o[0]);return{x:t.left+s*(e-t.left-t.right),y:r-t.bottom-a*(r-t.top-t.bottom)}}function U({width:e,height:r,x:n,y:o,margin:t},i){let s=(i.x-t.left)/(e-t.left-t.right),a=(r-t.bottom-i.y)/(r-t.top-t.bottom);return{x:n[0]+s*(n[1]-n[0]),y:o[0]+a*(o[1]-o[0])}}var he={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;"};function B(e){return e.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g,"").replace(/[&<>"']/g,r=>he[r])}function be(e){return Object.entries(e).map(([r,n])=>n===void 0||n===!1?"":n===!0?` ${r}`:` ${r}="${B(String(n))}"`).join("")}function w(e,r,...n){return`<${e}${be(r)}>${n.join("")}</${e}>`}var C={ink:"#1b1f24",paper:"#ffffff",series:["#1f4fe0","#f36218","#1f9e94","#a31697","#785901","#33125f","#721d23"]},ge={ink:"#e6e8eb",paper:"#14181d",series:["#8ebfff","#ee932e","#c3f7d2","#ab729a","#f2e31d","#7654ea","#e32a10"]};function G(e,r){let n=t=>{let i=`var(--offprint-paper,${t.paper})`,s=`${e}{color:var(--offprint-ink,${t.ink});background:${i};--plot-background:${i}}`,a=C.series.flatMap((u,m)=>["fill","stroke"].flatMap(b=>{if(!r.includes(`${b}="${u}"`))return[];let c=`var(--offprint-series-${m+1},${t.series[m]})`;return[`${e} [${b}="${u}"]{${b}:${c}}`]}));return[s,...a].join(`
`)},o=t=>r.includes(`class="${X}"`)?`
${xe(e,t)}`:"";return`${n(C)}${o("none")}
@media screen and (prefers-color-scheme:dark){
${n(ge)}${o("brightness(0.72) saturate(0.9)")}
}`}var X="heat";function xe(e,r){return`${['[aria-label="cell"]','[aria-label="rect"]','[aria-label="legend"] rect'].map(o=>`${e} .${X} ${o}`).join()}{filter:var(--offprint-heat,${r})}`}var D=(e="ink")=>e==="ink"?"currentColor":C.series[e],k=e=>String(Math.round(100*e)/100||0);function z(e,r,n,o={}){let[t,i]=[R(e,r),R(e,n)];return w("rect",{x:k(Math.min(t.x,i.x)),y:k(Math.min(t.y,i.y)),width:k(Math.abs(t.x-i.x)),height:k(Math.abs(t.y-i.y)),fill:D(o.colour),"fill-opacity":o.opacity})}function q(e,r,n={}){let o=r.map(t=>R(e,t)).map(({x:t,y:i})=>`${k(t)},${k(i)}`);return w("polyline",{points:o.join(" "),fill:"none",stroke:D(n.colour),"stroke-width":n.width??2,"stroke-opacity":n.opacity,"stroke-dasharray":n.dashed&&"5 4"})}function I(e,r,n,o={}){let{x:t,y:i}=R(e,r),s=D(o.colour);return w("circle",{cx:k(t),cy:k(i),r:n,fill:o.width===void 0?s:"none",stroke:o.width===void 0?void 0:s,"stroke-width":o.width})}function F(e,r,n,o={}){let{x:t,y:i}=R(e,r),{anchor:s="middle",dx:a=0,dy:u=0}=o;return w("text",{x:k(t+a),y:k(i+u),"text-anchor":s,fill:"currentColor"},J(n))}var J=e=>e.replaceAll("&","&amp;").replaceAll("<","&lt;");function Y(e,r=12){let n=r;return e.map(({text:o,colour:t})=>{let i=n;return n+=34+7*o.length,w("rect",{x:i,y:8,width:12,height:12,fill:D(t)})+w("text",{x:i+17,y:18.5,fill:"currentColor"},J(o))}).join("")}var ye={"-":"⁻",0:"⁰",1:"¹",2:"²",3:"³",4:"⁴",5:"⁵",6:"⁶",7:"⁷",8:"⁸",9:"⁹"};function Q(e,r=4){if(!Number.isInteger(r)||r<1||r>17)throw new RangeError(`formatNumber: got digits ${r}, expected a whole number from 1 to 17`);if(Number.isNaN(e))return"NaN";if(!Number.isFinite(e))return e>0?"∞":"-∞";if(e===0)return"0";if(Number.isInteger(e)&&Math.abs(e)<1e15)return String(e);let[n,o]=e.toExponential(r-1).split("e"),t=Number(o);if(t>=-4&&t<6)return Z(e.toFixed(Math.max(0,r-1-t)));let i=[...String(t)].map(s=>ye[s]??s).join("");return`${Z(n)}×10${i}`}function Z(e){return e.includes(".")?e.replace(/\.?0+$/,""):e}var we=12,ke=10;function ee(e,r=we){return Math.ceil(e*ke/r)}var te="offprint-moving",ve=1.2;function ne({width:e}){return{least:ee(e),most:Math.round(ve*e)}}function re(e,{marks:r,says:n}){let{title:o,frame:{width:t,height:i}}=e;return w("svg",{xmlns:"http://www.w3.org/2000/svg",class:te,width:t,height:i,viewBox:`0 0 ${t} ${i}`,role:"img","aria-label":`${o}. ${n}`,"font-family":"system-ui, sans-serif","font-size":13},w("style",{},G(`.${te}`,r)),r)}function oe({value:e}){return Q(e)}var ie=`
1 d 0:17:100 1:20:700 2:28:100
1 d 0:17:105 2:29:105
1 d 0:17:110 2:29:110
1 d 0:17:115 2:23:115
1 d 0:17:118 2:23:118
1 d 0:17:123 2:25:123
1 d 0:17:125 1:20:875 2:28:125
1 d 0:17:126 2:23:126
1 d 0:17:162 2:28:162
1 d 0:17:165 2:23:165
1 d 0:17:198 2:23:198
1 d 0:17:199 2:23:199
1 d 0:17:217 1:20:1519 2:28:217
1 d 0:17:67 2:23:67
1 d 0:17:73 2:28:73
1 d 0:17:87 1:20:609 2:28:87
1 d 0:17:88 2:23:88
1 d 0:17:90 2:23:90
1 d 0:18:154 2:24:97 5:16:308
1 d 0:19:176 2:23:115 5:17:352
1 d 0:19:196 2:25:121 5:17:392
1 d 0:20:188 2:24:120 5:18:376
1 d 0:20:242 2:24:147 5:17:484
1 d 1:19:2430 2:23:100431 4:23:100000
1 d 1:19:730 2:20:86
1 d 1:20:1148 2:26:177
1 d 1:20:1148 2:27:181
1 d 1:20:1176 2:30:187
1 d 1:20:1407 2:28:239
1 d 1:20:1414 2:20:210
1 d 1:20:1533 2:24:291
1 d 1:20:1888 2:29:312
1 d 1:20:360 2:27:79
1 d 1:20:490 2:20:77
1 d 1:20:525 2:25:80
1 d 1:20:637 2:22:99
1 d 1:20:882 2:25:142
1 d 1:20:882 2:25:144
1 d 1:20:903 2:27:141
1 d 1:20:903 2:28:140
1 d 1:21:1185 2:27:286
1 d 1:21:309 2:21:100103 4:23:100000
1 d 1:22:108 2:29:120
1 d 1:22:630 2:19:100070 4:23:100000
1 d 1:22:644 2:18:100161 4:23:100000
1 d 1:22:900 2:20:100100 4:23:100000
1 d 1:22:99 2:22:106
1 d 1:23:492 2:21:100123 4:23:100000
1 d 1:23:86 2:18:100086 4:23:100000 5:15:344
1 d 1:24:504 2:31:178
1 d 1:24:864 2:23:100216 4:23:100000
1 d 1:26:344 2:18:100086 4:23:100000
1 d 2:18:100199 4:23:100000
1 d 2:18:100204 4:23:100000
1 d 2:19:100067 4:23:100000
1 d 2:19:100070 4:23:100000
1 d 2:19:100076 4:23:100000
1 d 2:19:100085 4:23:100000
1 d 2:19:100093 4:23:100000
1 d 2:19:100099 4:23:100000
1 d 2:20:100121 4:23:100000
1 d 2:20:100151 4:23:100000
1 d 2:20:101
1 d 2:20:140
1 d 2:20:194
1 d 2:20:205
1 d 2:20:73
1 d 2:20:75
1 d 2:20:76
1 d 2:21:100089 4:23:100000
1 d 2:21:100098 4:23:100000
1 d 2:21:100101 4:23:100000
1 d 2:21:100104 4:23:100000
1 d 2:21:100120 4:23:100000
1 d 2:21:100123 4:23:100000
1 d 2:21:100147 4:23:100000
1 d 2:21:100151 4:23:100000
1 d 2:21:101 4:23:100000
1 d 2:21:103
1 d 2:21:104
1 d 2:21:116
1 d 2:21:118
1 d 2:21:139
1 d 2:21:142
1 d 2:21:159
1 d 2:21:222
1 d 2:21:225
1 d 2:21:227
1 d 2:21:233
1 d 2:21:261
1 d 2:21:413
1 d 2:21:77
1 d 2:21:97
1 d 2:21:98
1 d 2:22:108
1 d 2:22:115
1 d 2:22:120
1 d 2:22:122
1 d 2:22:124
1 d 2:22:134
1 d 2:22:135
1 d 2:22:157
1 d 2:22:86
1 d 2:22:93
1 d 2:23:100081 4:23:100000
1 d 2:23:100093 4:23:100000
1 d 2:23:100154 4:23:100000
1 d 2:23:100216 4:23:100000
1 d 2:23:112
1 d 2:23:115
1 d 2:23:119
1 d 2:23:127
1 d 2:23:128
1 d 2:23:131
1 d 2:23:134
1 d 2:23:144
1 d 2:23:154 4:23:100000
1 d 2:23:158
1 d 2:23:164
1 d 2:23:165
1 d 2:23:185
1 d 2:23:270
1 d 2:23:360
1 d 2:23:368
1 d 2:23:66
1 d 2:23:87
1 d 2:24:112
1 d 2:24:114 5:16:352
1 d 2:24:138
1 d 2:24:154
1 d 2:24:155
1 d 2:24:155 4:28:213
1 d 2:24:166
1 d 2:24:244
1 d 2:24:249
1 d 2:24:261
1 d 2:24:279
1 d 2:24:280
1 d 2:24:332
1 d 2:24:56
1 d 2:24:78
1 d 2:24:79
1 d 2:24:92
1 d 2:24:93
1 d 2:25:100196 4:23:100000
1 d 2:25:100252 4:23:100000
1 d 2:25:101
1 d 2:25:135 5:16:420
1 d 2:25:135 5:17:448
1 d 2:25:143
1 d 2:25:150
1 d 2:25:174
1 d 2:25:197
1 d 2:25:202
1 d 2:25:203
1 d 2:25:86
1 d 2:25:89
1 d 2:26:100
1 d 2:26:148
1 d 2:26:166 5:17:588
1 d 2:26:77
1 d 2:26:88
1 d 2:26:93
1 d 2:26:96
1 d 2:27:104
1 d 2:27:114
1 d 2:27:120
1 d 2:27:122
1 d 2:27:125
1 d 2:27:126 5:17:400
1 d 2:27:134
1 d 2:27:139
1 d 2:27:146
1 d 2:27:149
1 d 2:27:81
1 d 2:28:135
1 d 2:28:148 4:28:2454
1 d 2:28:189
1 d 2:28:225
1 d 2:28:230
1 d 2:28:235
1 d 2:28:237
1 d 2:28:242
1 d 2:29:151
1 d 2:29:236
1 d 2:30:116 5:17:376
1 d 2:30:172
1 d 2:31:116 5:16:376
1 d 2:31:120
1 d 2:31:174
1 d 2:31:214
1 d 2:32:165
1 d 2:33:186
1 d 2:33:189
1 d 2:33:192
1 d 2:34:157
1 d 2:37:167
1 d 4:23:100000
1 p 1:20:286 5:19:286
1 p 1:21:216 5:19:216
1 p 3:17:201
1 p 3:17:216
1 p 3:17:258
1 p 3:17:270
1 p 3:17:282
1 p 3:17:294
1 p 3:17:315
1 p 3:17:330
1 p 3:17:345
1 p 3:17:360
1 p 3:17:363
1 p 3:17:372
1 p 3:17:378
1 p 3:17:483
1 p 3:18:282
1 p 3:18:354
1 p 3:18:363
1 p 3:18:369
1 p 3:18:441
1 p 3:18:456
1 p 3:18:495
1 p 3:18:594
1 p 3:18:597
1 p 3:18:648
1 p 3:18:711
1 p 4:28:1389 5:19:310
1 p 4:28:4674
1 p 4:29:12312
1 p 4:29:23403
1 p 4:29:23682
1 p 4:29:23896
1 p 4:29:4230
1 p 4:29:43887
1 p 4:29:4428
1 p 4:29:4888
1 p 4:29:59886
1 p 4:30:676128
1 p 5:17:316
1 p 5:17:336
1 p 5:17:404
1 p 5:17:420
1 p 5:17:424
1 p 5:17:488
1 p 5:17:500
1 p 5:17:616
1 p 5:17:672
1 p 5:17:688
1 p 5:17:892
1 p 5:19:294
1 p 5:19:330
1 p 5:19:340
1 p 5:22:140
1 p 5:22:161
1 p 5:22:99
2 d 2:20:77
2 d 2:21:131
2 d 2:21:140
2 d 2:21:143
2 d 2:21:162
2 d 2:21:165
2 d 2:21:259
2 d 2:21:96
2 d 2:22:105
2 d 2:22:118
2 d 2:22:139
2 d 2:23:100090 4:23:100000
2 d 2:23:122
2 d 2:23:136
2 d 2:24:329
2 d 2:25:139
2 d 2:26:179
2 d 2:26:78
2 d 2:27:138
2 d 2:28:179
2 d 2:28:240
2 d 2:30:171
2 d 2:32:189
2 p 3:17:231
2 p 4:29:23739
2 p 4:29:23943
27 p
3 d 2:20:100165 4:23:100000
3 d 2:20:100237 4:23:100000
3 d 2:24:417
3 p 3:17:264
4 d 2:19:100088 4:23:100000
5 d 2:29:117
9 d
`;function V(e){return 1-e.reduce((r,n)=>r*(1-n),1)}var y=["syntax","logic","correctness","readability","runtime","redundancy"],Ee=["is asked","is left out","approves always","complains always"],$e=ie.trim().split(`
`).map(e=>{let[r,n,...o]=e.split(" "),t=y.map(()=>{});for(let i of o){let[s,a,u]=i.split(":").map(Number);t[s]={tokens:a,work:u}}return{count:Number(r),defective:n==="d",first:t}});function Ae({work:e,tokens:r,...n}){let o=y.filter(a=>n[a]!=="is left out").length,t={tokens:Math.floor(r/Math.max(1,o)),work:Math.floor(e*2e5/Math.max(1,o))},i=(a,u)=>{let m=a.first[u];switch(n[y[u]]){case"complains always":return!0;case"is asked":return m!==void 0&&m.tokens<=t.tokens&&m.work<=t.work;default:return!1}},s=a=>{let u=m=>{let b=$e.filter(l=>l.defective===m),c=l=>l.reduce((v,{count:$})=>v+$,0);return c(b.filter(a))/c(b)};return{EDR:u(!0),FAR:u(!1)}};return{roles:y.map((a,u)=>n[a]==="is left out"?void 0:s(m=>i(m,u))),union:s(a=>y.some((u,m)=>i(a,m))),share:t}}var H=y.length+1,E={width:390,height:330,x:[0,1],y:[H,0],margin:{top:34,right:24,bottom:40,left:96}},j=.36;function Me(e,{EDR:r,FAR:n}){let o=(t,i,s)=>z(E,{x:0,y:e+i},{x:t,y:e+i+j},{colour:s});return o(r,.12,0)+o(n,.12+j,1)}var Pe=[0,.25,.5,.75,1].map(e=>q(E,[{x:e,y:0},{x:e,y:H}],{width:1,opacity:.15})+F(E,{x:e,y:H},`${100*e} %`,{dy:18})).join(""),_=e=>`${Math.round(100*e)} %`;function Se(e){let{roles:r,union:n,share:o}=Ae(e),t=r.filter(c=>c!==void 0),i={EDR:V(t.map(({EDR:c})=>c)),FAR:V(t.map(({FAR:c})=>c))},s=[...y,"all joined"],a=[...r,n].map((c,l)=>F(E,{x:0,y:l+.5},s[l],{anchor:"end",dx:-8,dy:4})+(c===void 0?F(E,{x:0,y:l+.5},"left out",{anchor:"start",dx:6,dy:4}):Me(l,c))),u=y.length,m=Y([{text:"detected",colour:0},{text:"false alarm",colour:1},{text:"if independent",colour:2}])+Pe+a.join("")+I(E,{x:i.EDR,y:u+.12+j/2},4,{colour:2})+I(E,{x:i.FAR,y:u+.12+1.5*j},4,{colour:2}),b=Math.max(0,...t.map(({EDR:c})=>c));return{marks:m,readings:[{label:"detected by all joined (EDR)",value:n.EDR},{label:"false alarms of all joined (FAR)",value:n.FAR},{label:"J = EDR − FAR",value:n.EDR-n.FAR},{label:"EDR if the roles were independent",value:i.EDR},{label:"steps of work for each role",value:o.work},{label:"tokens for each role",value:o.tokens}],says:t.length===0?"Nobody is asked, and nothing is detected.":`${t.length} of ${y.length} roles share the budget. Joined they detect ${_(n.EDR)} of the defects, the best of them alone ${_(b)}, and complain about ${_(n.FAR)} of the programs that pass every hidden test.`}}var se={id:"03-union",title:"Choose who is asked and what they may use: what the union detects",caption:"Measured on the committed opinions of the evaluation half. Leave roles out and the others have more of the budget; let one approve always and it takes away what it alone detects; let one complain always and both bars of the union are full. The dots are what independent roles of the same rates would reach: where they lie beyond a bar, the roles see the same programs.",frame:E,start:{work:1,tokens:3600,...Object.fromEntries(y.map(e=>[e,"is asked"]))},controls:{work:{kind:"range",label:"work together, × default",min:.1,max:6,step:.1},tokens:{kind:"range",label:"text together, tokens",min:60,max:3600,step:60},...Object.fromEntries(y.map(e=>[e,{kind:"choice",label:e,options:Ee}]))},draw:Se};var Te=16.666666666666668,Le=3;function ae(e){addEventListener("message",({data:r})=>postMessage(e.draw(r)))}function de(e,r,n,o){let t,i,s,a=0,u=l=>{let v=performance.now(),$=e.draw(l);a=performance.now()-v>Te?a+1:0,n($),a===Le&&c()},m=l=>{i=l,o(!0),t.postMessage(l)},b=()=>{let l=s??i;t?.terminate(),t=i=s=void 0,o(!1),l!==void 0&&u(l)};function c(){let l=r?.textContent;if(!l&&!r?.src)return;let v=l?URL.createObjectURL(new Blob([l],{type:"text/javascript"})):r.src;try{t=new Worker(v)}catch{return}t.addEventListener("error",b),t.addEventListener("message",({data:$})=>{let O=s;i=s=void 0,n($),O===void 0?o(!1):m(O)})}return l=>{t===void 0?u(l):i===void 0?m(l):s=l}}var Ne=`
.offprint-controls{display:flex;flex-wrap:wrap;gap:.4em 1.5em;align-items:center;margin:.4em 0;font:14px system-ui,sans-serif}
.offprint-controls label{display:inline-flex;gap:.6em;align-items:center}
.offprint-controls input,.offprint-controls select,.offprint-controls button{font:inherit;accent-color:#1f4fe0}
.offprint-controls input{width:11em}.offprint-controls output{min-width:3em;font-variant-numeric:tabular-nums}
.offprint-stage{position:relative}
.offprint-stage svg{display:block;width:100%!important;max-width:none!important;min-width:0!important;height:auto}
.offprint-handle{position:absolute;width:28px;height:28px;margin:-14px 0 0 -14px;border-radius:50%;box-sizing:border-box;cursor:grab;touch-action:none}
.offprint-handle::after{content:"";position:absolute;inset:6px;border-radius:50%;border:2px solid currentColor;background:#8884}
.offprint-handle:hover::after{inset:4px}.offprint-handle:active{cursor:grabbing}
.offprint-handle:focus-visible{outline:3px solid #1f4fe0;outline-offset:-1px}
@media (prefers-color-scheme:dark){.offprint-handle:focus-visible{outline-color:#8ebfff}}
@media print{.offprint-controls,.offprint-handle{display:none}}`;function g(e,r,...n){let o=document.createElement(e);for(let[t,i]of Object.entries(r))t in o&&!t.startsWith("aria")?o[t]=i:o.setAttribute(t,i);return o.append(...n),o}function le(e){if(typeof document>"u")return ae(e);let r=`figure[data-exploration="${e.id}"]:not([data-moves])`;for(let n of document.querySelectorAll(r))n.setAttribute("data-moves",""),Ce(n,e,document.currentScript)}function Ce(e,r,n){let{controls:o,frame:t,start:i}=r,s={...i},a=[],u=e.querySelector("img, svg"),{least:m,most:b}=ne(t),c=g("div",{className:"offprint-stage"});c.style.cssText=`width:${b}px;max-width:100%;min-width:${m}px`;let l=g("div",{});c.append(l),u.replaceWith(c);let v=e.querySelector(".offprint-says");v.setAttribute("aria-live","polite");let $=e.querySelectorAll(".offprint-readings dd"),ue=de(r,n,d=>{l.innerHTML=re(r,d),v.textContent!==d.says&&(v.textContent=d.says),d.readings.forEach((h,A)=>$[A].textContent=oe(h))},d=>c.setAttribute("aria-busy",String(d))),S=d=>{s=d;for(let h of a)h();ue(s)},T=g("div",{className:"offprint-controls",role:"group"});T.setAttribute("aria-label",`Controls of “${r.title}”`);for(let[d,h]of Object.entries(o))h.kind==="handle"?a.push(fe(h)):a.push(h.kind==="range"?ce(d,h):pe(d,h));let W=g("button",{type:"button",textContent:"Back to the start"});W.addEventListener("click",()=>S({...i})),T.append(W),c.parentElement.before(g("style",{textContent:Ne}),T),S(s);function ce(d,{label:h,min:A,max:p,step:M}){let P=g("input",{type:"range",min:A,max:p,step:M,value:s[d],name:d}),L=g("output",{});return P.addEventListener("input",()=>S({...s,[d]:Number(P.value)})),T.append(g("label",{},h,P,L)),()=>{P.value=s[d],L.textContent=s[d]}}function pe(d,{label:h,options:A}){let p=g("select",{name:d});for(let M of A)p.append(g("option",{value:M,textContent:M}));return p.addEventListener("change",()=>S({...s,[d]:p.value})),T.append(g("label",{},h,p)),()=>{p.value=s[d]}}function fe(d){let{axis:h,label:A}=d,p=g("div",{className:"offprint-handle",tabIndex:0,role:"slider"});p.setAttribute("aria-label",A);let[M,P]=t[h==="x"?"x":"y"];p.setAttribute("aria-valuemin",M),p.setAttribute("aria-valuemax",P),h==="y"&&p.setAttribute("aria-orientation","vertical");let L=f=>{let x=d.at(s);S(d.move(s,{x:h==="y"?x.x:f.x,y:h==="x"?x.y:f.y}))};return p.addEventListener("pointerdown",f=>{p.setPointerCapture(f.pointerId),p.focus({preventScroll:!0}),f.preventDefault()}),p.addEventListener("pointermove",f=>{if(!p.hasPointerCapture(f.pointerId))return;let x=c.getBoundingClientRect(),N=t.width/x.width,me={x:N*(f.clientX-x.left),y:N*(f.clientY-x.top)};L(U(t,me))}),p.addEventListener("keydown",f=>{if(f.altKey||f.ctrlKey||f.metaKey)return;let x=K(d,d.at(s),{name:f.key,shift:f.shiftKey});x!==void 0&&(f.preventDefault(),f.stopPropagation(),L(x))}),c.append(p),()=>{let f=d.at(s),{x,y:N}=R(t,f);p.style.left=`${100*x/t.width}%`,p.style.top=`${100*N/t.height}%`,p.setAttribute("aria-valuenow",h==="x"?f.x:f.y),p.setAttribute("aria-valuetext",d.says(s))}}}le(se);})();