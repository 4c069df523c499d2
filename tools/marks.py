"""The parts of pages that commands write: between <!-- NAME --> and <!-- end of NAME -->."""

import re


def _part(name):
    begin, end = (re.escape(f"<!-- {words} -->") for words in (name, f"end of {name}"))
    return re.compile(rf"(?<={begin}\n).*?(?={end})", re.DOTALL)


def within(text, name):
    """Return what stands between the marks of a name.

    Examples
    --------
    >>> within("<!-- sum -->\\n4\\n<!-- end of sum -->", "sum")
    '4'
    """
    found = _part(name).search(text)
    if found is None:
        raise ValueError(f"expected the marks of {name!r} in a page, received none")
    return found[0].removesuffix("\n")


def filled(text, name, content):
    """Return a text with other content between the marks of a name.

    Examples
    --------
    >>> filled("<!-- sum -->\\n<!-- end of sum -->", "sum", "4")
    '<!-- sum -->\\n4\\n<!-- end of sum -->'
    """
    within(text, name)
    return _part(name).sub(lambda _: f"{content}\n", text, count=1)


def without(text, name):
    """Return a text less its parts between the marks of a name, and less these.

    Examples
    --------
    >>> without("a\\n<!-- sum -->\\n4\\n<!-- end of sum -->\\nb", "sum")
    'a\\nb'
    """
    begin, end = (re.escape(f"<!-- {words} -->\n") for words in (name, f"end of {name}"))
    within(text, name)
    return re.sub(f"{begin}.*?{end}\n?", "", text, flags=re.DOTALL)
