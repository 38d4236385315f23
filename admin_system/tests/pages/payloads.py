"""Markdown with which a model's answer could try to run a script, to load something from another
server, or to break out of its place; each sets `window.broken` where it gets its way."""

from __future__ import annotations

RUN = "window.broken=1"
FAR = "http://192.0.2.1"
"""An address that nobody has (RFC 5737)."""

PAYLOADS = (
    f"<script>{RUN}</script>",
    f"before <script>{RUN}</script> after",
    f'<img src=x onerror="{RUN}">',
    f'text <img src=x onerror="{RUN}"> text',
    f"![x]({FAR}/a.png)",
    f'![x](x" onerror="{RUN})',
    f"![x](javascript:{RUN})",
    f"[click](javascript:{RUN})",
    f"[click](JaVaScRiPt:{RUN})",
    f"[click](&#106;avascript:{RUN})",
    f"[click](java\tscript:{RUN})",
    f"[click](data:text/html,<script>{RUN}</script>)",
    f"[click](vbscript:{RUN})",
    f'[x](http://a.test "t\\" onmouseover=\\"{RUN}")',
    f"<javascript:{RUN}>",
    f"[ref]\n\n[ref]: javascript:{RUN}",
    f'<svg onload="{RUN}"><circle r="9"/></svg>',
    f"<svg><script>{RUN}</script></svg>",
    f'<iframe src="{FAR}"></iframe>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<object data="{FAR}/a.swf"></object><embed src="{FAR}/b.swf">',
    f'<link rel="stylesheet" href="{FAR}/a.css"><meta http-equiv="refresh" content="0;url={FAR}">',
    f"<style>@import url({FAR}/a.css); body {{ display: none }}</style>",
    f'<div style="background: url({FAR}/a.png); position: fixed; inset: 0">over everything</div>',
    f'<details open ontoggle="{RUN}"><summary>more</summary>x</details>',
    f'<b onmouseover="{RUN}" style="position: fixed; inset: 0">bold</b>',
    f'<form action="{FAR}"><input name="password" autofocus onfocus="{RUN}"></form>',
    f'<video poster="{FAR}/a.png"><source src="{FAR}/b.mp4" onerror="{RUN}"></video>',
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}></style></mglyph></table>",
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
    f"```html\n</code></pre><img src=x onerror={RUN}>\n```",
    f'```"><img src=x onerror={RUN}>\ntext\n```',
    f"`</code><img src=x onerror={RUN}>`",
    f"| a | b |\n|---|---|\n| <img src=x onerror={RUN}> | [x](javascript:{RUN}) |",
    f"$\\href{{javascript:{RUN}}}{{x}} \\includegraphics{{{FAR}/a.png}}$",
    f'$$\\htmlData{{x=1}}{{x}} \\htmlStyle{{background:url("{FAR}")}}{{y}}$$',
    f"<ref><img src=x onerror={RUN}></ref><box>(1,1),(9,9)</box>",
    f"<template><img src=x onerror={RUN}></template></article></main><h1>broken out</h1>",
    "</textarea></article></div></main><script>window.broken=1</script>",
    f"<a href={FAR} ping={FAR}/ping>x</a> <base href={FAR}/>",
)
