"""Put what a page of the site runs by itself into it: a script, its style sheet, its data.

A page opened from the disk may fetch nothing, so all of it stands in the page. The scripts and
style sheets lie in docs/live, those of the widgets beside their Python.
"""

import html
import json

from classroom.widgets import scripts


def piece(name, script, style, data=None, *, markup=""):
    """Return the HTML of something that a page runs by itself.

    Parameters
    ----------
    name : str
        The id of the element that it stands in: once a page.
    script : Path
        Exports ``start(root, data)``, which is called once with the element and the data; imports
        its files as `classroom.widgets.scripts.joined` reads them.
    style : Path
        Its style sheet.
    data : object
        What `json` can write: numbers, texts, lists, dicts.
    markup : str
        The HTML within the element: all that is seen where scripts are off.
    """
    # Nothing in a script or a text may end the element it stands in.
    told = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    text = scripts.joined(script).replace("</script", "<\\/script")
    return (
        f"<style>\n{style.read_text(encoding='utf-8')}</style>\n"
        f'<div class="live" id="{html.escape(name)}">\n{markup}\n</div>\n'
        f'<script type="application/json" id="{html.escape(name)}-data">{told}</script>\n'
        f'<script type="module">\n{text}\n'
        f"start(document.getElementById({json.dumps(name)}),"
        f" JSON.parse(document.getElementById({json.dumps(f'{name}-data')}).textContent));\n"
        "</script>\n"
    )


def raw(text):
    """Return HTML as a piece of MyST that a page can include."""
    # A fence longer than any in the text, so that none in it ends the piece.
    fence = "`" * 12
    return f"{fence}{{raw}} html\n{text}{fence}\n"
