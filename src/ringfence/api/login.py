"""The page that asks a browser for a token: plain HTML, which needs nothing else from this server."""

from __future__ import annotations

import html

LOGIN_BYTES = 4_096
"""A form with a token in it is smaller."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>ringfence: log in</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem }}
input {{ font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; margin: .25rem 0 1rem }}
button {{ font: inherit; padding: .5rem 1rem }}
</style>
</head>
<body>
<main>
<h1>ringfence</h1>
{said}<form method="post" action="/login">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<button>Log in</button>
</form>
<p>A token is made on the machine that runs ringfence:
<code>ringfence token new human:NAME --scope read</code></p>
</main>
</body>
</html>
"""


def login_page(said: str) -> str:
    """The page; what was wrong the last time stands above the form.

    >>> '<p role="alert">no</p>' in login_page("no")
    True
    """
    return _PAGE.format(said=f'<p role="alert">{html.escape(said)}</p>\n' if said else "")
