"""How the lines are written: seen in the browser, kept with the answers, shown to whoever wrote them."""

from __future__ import annotations

BOX = "mirror-lines"
LEFT = "mirror_left"
"""The event of a page that is closed or left."""

# Time counts while keys come, at most three seconds from one to the next; what is pasted is no key.
WATCH = f"""
(() => {{
  window.mirrorWatch?.abort();
  const watch = window.mirrorWatch = new AbortController(), {{signal}} = watch;
  const seen = {{active: 0, keys: 0, pasted: 0, away: 0, last: 0, left: 0}}, lengths = new WeakMap();
  document.addEventListener('input', event => {{
    const field = event.target;
    if (!field.matches?.('#{BOX} [name]')) return;
    const now = performance.now(), long = field.value.length;
    seen.active += seen.last ? Math.min(now - seen.last, 3000) : 0;
    seen.last = now;
    if (/^insertFrom(Paste|Drop)/.test(event.inputType)) {{
      seen.pasted += Math.max(long - (lengths.get(field) ?? 0), 0);
    }} else seen.keys += 1;
    lengths.set(field, long);
  }}, {{signal}});
  const leave = () => {{ seen.left ||= performance.now(); }};
  const back = () => {{ if (seen.left) {{ seen.away += performance.now() - seen.left; seen.left = 0; }} }};
  window.addEventListener('blur', leave, {{signal}});
  window.addEventListener('focus', back, {{signal}});
  document.addEventListener('visibilitychange', () => document.hidden ? leave() : back(), {{signal}});
  window.addEventListener('pagehide', () => emitEvent('{LEFT}'), {{signal}});
  window.mirrorWriting = () => ({{
    active_ms: Math.round(seen.active), keystrokes: seen.keys, pasted_chars: seen.pasted,
    focus_lost_ms: Math.round(seen.away),
  }});
}})()
"""

UNWATCH = "window.mirrorWatch?.abort(); window.mirrorWriting = undefined;"

STORE = f"""() => {{
  const read = name => document.querySelector(`#{BOX} [name="${{name}}"]`)?.value ?? '';
  emit({{
    disproof: read('disproof'), invalidation: read('invalidation'), do_nothing: read('do_nothing'),
    writing: window.mirrorWriting?.() ?? null,
  }});
}}"""
"""JavaScript of the button that stores the lines: what stands in them now, and how it came there."""
