"""What pictures and pages look like: colours, lines, letters, as style sheets. Data only.

Colours of marks are those of Okabe and Ito ("Color Universal Design", 2008), darkened where letters
have to be read on white; and each mark has a line and a sign of its own beside its colour.
"""

_COLOURS = """\
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--quiet:#59636e;--hair:#d1d9e0;
--field:#f6f8fa;--rail:#3d4a5c;--comment:#276749;--added:#00704f;--added-field:#e0f5ee;
--removed:#b34700;--removed-field:#fdeade;--changed:#005f9e;--changed-field:#e3f1fb;
--moved:#8f3f70;--moved-field:#f8e8f1;--same:#59636e;--same-field:#f0f2f4}
@media screen and (prefers-color-scheme:dark){:root{--paper:#0f1419;--ink:#e6eaf0;--quiet:#9aa7b4;
--hair:#344050;--field:#182029;--rail:#9fb0c4;--comment:#7fcfa5;--added:#35c99b;
--added-field:#0c2f26;--removed:#ff8f4a;--removed-field:#3a2010;--changed:#66b8ee;
--changed-field:#0e2a40;--moved:#e29ac4;--moved-field:#38202f;--same:#9aa7b4;--same-field:#1d252e}}
"""

_MARKS = "".join(
    f".{mark}{{--mark:var(--{mark});--mark-field:var(--{mark}-field)}}"
    for mark in ("added", "removed", "changed", "moved", "same")
)

_DRAWING = """
svg text{font:12px "DejaVu Sans Mono","Liberation Mono",Menlo,Consolas,monospace;fill:var(--ink)}
svg .label,svg .letters,svg .title,svg .badge text{text-anchor:middle}
svg .letters{font-size:10px}svg .title{font-weight:700}svg .name{fill:var(--quiet)}
svg .value{text-anchor:end}svg .number{text-anchor:end;fill:var(--quiet)}
svg .comment{fill:var(--comment);font-style:italic}svg .heading{font-weight:700}
svg .pending{fill:var(--removed);font-weight:700}svg .verbatim{fill:var(--quiet)}
svg .told{font-weight:700}svg .part{font-size:15px;font-weight:700}
svg .wire,svg .line{fill:none;stroke:var(--ink);stroke-width:1.4}
svg .bar{stroke:var(--ink);stroke-width:4}
svg .rail{fill:none;stroke:var(--rail);stroke-width:3}svg .tip{fill:var(--ink)}
svg .turn{stroke:var(--quiet)}svg .box{fill:var(--field);stroke:var(--ink);stroke-width:1.4}
svg .sheet{fill:var(--paper)}svg .note{fill:none;stroke:var(--quiet);stroke-dasharray:1 3}
svg .frame{fill:var(--mark-field);stroke:var(--mark);stroke-width:1.6}
svg .added .frame{stroke-width:3}svg .removed .frame{stroke-width:2;stroke-dasharray:7 4}
svg .moved .frame{stroke-dasharray:2 3}svg .same .frame{stroke-dasharray:1 4}
svg .changed .inner{fill:none;stroke-width:1.2}
svg .symbol.added .box,svg .symbol.removed .box,svg .symbol.changed .box{fill:none;stroke:none}
svg .wire.added{stroke:var(--mark);stroke-width:3.4}
svg .wire.removed{stroke:var(--mark);stroke-width:2.4;stroke-dasharray:7 4}
svg .wire.changed{stroke:var(--mark);stroke-width:2.4}svg .wire.feedback{stroke-dasharray:3 3}
svg .badge circle{fill:var(--mark);stroke:var(--paper);stroke-width:1}
svg .badge text{fill:var(--paper);font-weight:700}
"""

_PAGE = """
body{margin:0 auto;max-width:1160px;padding:1rem;background:var(--paper);color:var(--ink);
font:15px/1.45 system-ui,"Segoe UI","Liberation Sans",Arial,sans-serif}
h1{font-size:1.5rem;margin:.2rem 0;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0;display:inline}
h3{font-size:1rem;margin:1rem 0 .2rem}p{margin:.3rem 0}a{color:var(--changed)}
table{border-collapse:collapse}th,td{text-align:left;padding:.2rem .9rem .2rem 0;vertical-align:top}
th{color:var(--quiet);font-weight:600}td.count{text-align:right}
.path{overflow-wrap:anywhere}.quiet{color:var(--quiet)}
.scroll{overflow-x:auto}.scroll svg{display:block}
details{border:1px solid var(--hair);border-radius:6px;margin:1rem 0;padding:.4rem .8rem}
summary{cursor:pointer}ul{margin:.3rem 0;padding-left:1.3rem}li{margin:.15rem 0;
overflow-wrap:anywhere}
.severity{display:inline-block;min-width:4.4em;padding:0 .4em;border:1px solid var(--quiet);
border-radius:3px;font-size:.8rem;text-align:center;margin-right:.4em}
.severity.critical{background:var(--ink);color:var(--paper);font-weight:700;border-width:3px}
.severity.high{border:3px double var(--removed);color:var(--removed);font-weight:700}
.severity.medium{border:2px solid var(--changed);color:var(--changed)}
.severity.low{border-style:dashed}.severity.info{border-style:dotted;color:var(--quiet)}
.rung{border-top:1px solid var(--hair);margin:.9rem 0;padding-top:.4rem}
.side{font-size:.8rem;color:var(--quiet);margin:.5rem 0 0}
.text{font:12px/1.5 "DejaVu Sans Mono","Liberation Mono",Menlo,Consolas,monospace;width:100%}
.text td{padding:0 .6rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere}
.text td.at{color:var(--quiet);text-align:right;width:3.5em;white-space:nowrap;user-select:none}
.text td.sign{width:1em;user-select:none}.text tr.added td{background:var(--added-field)}
.text tr.removed td{background:var(--removed-field)}.text tr.added td.sign{font-weight:700;
border-left:4px solid var(--added)}.text tr.removed td.sign{font-weight:700;
border-left:4px dashed var(--removed)}.text tr.gap td{color:var(--quiet)}
.notice{border-left:4px solid var(--removed);padding-left:.7rem}
.legend span{margin-right:1.1rem;white-space:nowrap}.legend b{display:inline-block;
min-width:1.3em;text-align:center;color:var(--mark);border:2px solid var(--mark);margin-right:.3em}
.legend .added b{border-width:3px}.legend .removed b{border-style:dashed}
.legend .changed b{border:4px double var(--mark)}.legend .moved b{border-style:dotted}
@media print{body{max-width:none;padding:0;font-size:11px}details{border:0;padding:0}
details::details-content{content-visibility:visible;display:block}
.scroll{overflow:visible}.scroll svg{max-width:100%;height:auto}.rung{break-inside:avoid}}
"""

DRAWING = (_COLOURS + _MARKS + _DRAWING).replace("\n", "")
"""Of a picture that stands alone."""
PAGE = (_COLOURS + _MARKS + _DRAWING + _PAGE).replace("\n", "")
"""Of a page with its pictures."""
