"""The one style sheet of the report: screen, phone, dark, light, paper. Nothing in it leaves the file."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6472;--line:#d9dee6;--paper:#fff;--tint:#f5f7fa;
--isolated:#1d5fd1;--cross:#b4480f;--as_is:#6b3fa0;--alarm:#a3162a;--mark:#fff4d6}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#98a2b1;--line:#333c49;--paper:#141a22;
--tint:#1b232d;--isolated:#7db2ff;--cross:#ffab70;--as_is:#c9a6ff;--alarm:#ff8d9a;--mark:#4a3c12}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",
Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:58rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.05rem;font-weight:600;color:var(--soft);margin:0 0 .5rem}
h2{font-size:1.2rem;margin:2.75rem 0 .6rem;padding-top:.9rem;border-top:2px solid var(--ink)}
h3{font-size:1rem;margin:1.6rem 0 .3rem}
p,ul,ol{margin:.4rem 0 .8rem;max-width:46rem}
li{margin:.25rem 0}
a{color:inherit}
.headline{font-size:1.35rem;line-height:1.35;font-weight:600;margin:0 0 1.2rem;max-width:46rem}
.soft,.facts,.detail{color:var(--soft)}
.key{display:flex;flex-wrap:wrap;gap:.6rem 2.4rem;margin:0 0 .6rem;padding:0}
.key div{min-width:8rem}
.key dt{color:var(--soft);font-size:.85rem}
.key dd{margin:0;font-size:1.3rem;font-weight:600}
table{width:100%;border-collapse:collapse;margin:.4rem 0 1rem}
th,td{padding:.34rem .6rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th[scope=row],.left{text-align:left;font-weight:400}
thead th{overflow-wrap:break-word;font-size:.85rem;letter-spacing:.04em;
border-bottom:2px solid var(--ink);vertical-align:bottom}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
.isolated{color:var(--isolated)}.cross{color:var(--cross)}.as_is{color:var(--as_is)}
.now{display:block;font-weight:400;letter-spacing:0;color:var(--soft)}
tr.group th{padding-top:1.5rem;text-align:left;border-bottom-color:var(--soft)}
tr.group b{font-size:1.05rem;margin-right:.6rem}
.facts{font-size:.88rem;font-weight:400}
tr.strong th,tr.strong td{font-weight:650}
td .n{white-space:nowrap}
table.stack{font-size:.88rem}table.stack th{text-align:left}table.stack thead th+th{text-align:right}
.detail{display:block;font-size:.82rem;font-weight:400;line-height:1.3}
.words{color:var(--soft);font-weight:400}
.alarm{color:var(--alarm);font-weight:650}
.note{font-size:.68rem;margin-left:.3rem;vertical-align:.35em;text-decoration:none;color:var(--soft);
font-weight:400;white-space:nowrap}
.note:hover,.note:focus-visible{text-decoration:underline}
:target{background:var(--mark)}
.status{display:inline-block;margin-right:.7rem;font-size:.8rem;font-weight:650;letter-spacing:.02em}
.status.wrong,.status.contested{color:var(--alarm)}
.reasons{list-style:none;padding:0;max-width:none}
.reasons>li{padding:.7rem 0;border-bottom:1px solid var(--line)}
.reasons p{margin:.15rem 0;max-width:46rem}
.reasons .numbers,.reasons .why{font-size:.88rem;color:var(--soft)}
.reasons .numbers b{color:var(--ink);font-weight:600}.reasons .numbers li{margin:.1rem 0}
figure{margin:.8rem 0 1rem}
figcaption{color:var(--soft);font-size:.88rem;max-width:46rem}
svg{display:block;overflow:visible;width:100%;height:auto;max-width:46rem}
svg text{fill:var(--ink);font:13px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
svg .grid{stroke:var(--line);stroke-width:1;fill:none}svg .axis{stroke:var(--soft);stroke-width:1;fill:none}
svg .line{fill:none;stroke-width:2.25;stroke-linejoin:round}svg .death{stroke-width:1.25}
svg .isolated{stroke:var(--isolated)}svg .cross{stroke:var(--cross)}svg .as_is{stroke:var(--as_is)}
svg .line.coin{stroke:var(--soft);stroke-width:1.75}svg .dot{fill:var(--ink);stroke-width:2}
svg .tint{stroke:none;fill-opacity:.13}
svg .tint.isolated{fill:var(--isolated)}svg .tint.cross{fill:var(--cross)}svg .tint.as_is{fill:var(--as_is)}
svg .badge{fill:var(--paper);stroke-width:1.5}svg .today{fill:var(--ink);stroke:var(--paper)}
svg text.soft{fill:var(--soft)}
.workings{font-size:.88rem}
.workings td,.workings th{text-align:left}
.workings td.value,.workings th:last-child{text-align:right;min-width:9rem}
.workings .key-cell{color:var(--soft);white-space:nowrap;width:2.6rem}
.how{display:block;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.92em}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media (max-width:40rem){main{padding:1.4rem 1rem 3rem}.headline{font-size:1.25rem}
table.twins,table.twins tbody{display:block}table.twins thead{display:none}
table.twins tr{display:grid;grid-template-columns:repeat(var(--twins),minmax(0,1fr));
column-gap:.9rem;border-bottom:1px solid var(--line);padding:.3rem 0}
table.twins th,table.twins td{display:block;border:0;padding:.05rem 0;text-align:left}
table.twins th{grid-column:1/-1;font-size:.85rem}table.twins tr.group th{font-size:1rem;padding-top:1rem}
table.twins td::before{content:attr(data-twin);display:block;font-size:.68rem;letter-spacing:.04em;
color:var(--soft);font-weight:400}
td .n{white-space:normal}
table.stack,table.stack tbody{display:block}table.stack thead{display:none}table.stack tr{display:block;
border-bottom:1px solid var(--line);
padding:.4rem 0}
table.stack td,table.stack th{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.08rem 0;
text-align:right;font-size:1rem}
table.stack th{text-align:left}
table.stack td[data-label]::before{content:attr(data-label);color:var(--soft);
text-align:left;font-size:.85rem}
.workings td.value,.workings th:last-child{min-width:6.5rem}}
@media print{@page{size:A4;margin:14mm 13mm}
:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;--tint:#fff;--isolated:#000;--cross:#000;
--as_is:#000;--alarm:#000;--mark:#fff}
html{font-size:9.5pt}body{font-size:1rem}main{max-width:none;padding:0}
svg{max-width:125mm}table.stack{font-size:.8rem}
table.stack th,table.stack td{padding-left:.3rem;padding-right:.3rem}
h2{margin-top:1.3rem}h2,h3{break-after:avoid}
tr,figure,.reasons>li{break-inside:avoid}tr.group{break-after:avoid}thead{display:table-header-group}
.appendix{break-before:page}svg .tint{fill-opacity:.1}details{display:none}
th,td{padding-top:.15rem;padding-bottom:.15rem}.headline{font-size:15pt}a{text-decoration:none}}
""".strip()
