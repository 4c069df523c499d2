"""tools/live.py: what a page runs by itself stands in it, and nothing ends it too early."""

import html.parser
import json

import pytest
from markdown_it import MarkdownIt

from tools import live


class Elements(html.parser.HTMLParser):
    """The text of the elements that a page treats in their own way, by their tags and ids."""

    def __init__(self, text):
        super().__init__()
        self.found, self._open = {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self._open = dict(attributes).get("id") or tag

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        if self._open:
            self.found[self._open] = self.found.get(self._open, "") + data


@pytest.fixture
def files(tmp_path):
    (tmp_path / "part.js").write_text('export const end = "</script>";\n')
    (tmp_path / "a.js").write_text(
        'import { end } from "./part.js";\nexport function start(root, data) { data(end); }\n'
    )
    (tmp_path / "a.css").write_text(".a > b { color: red; }\n")
    return tmp_path / "a.js", tmp_path / "a.css"


def test_a_piece_has_all_that_it_needs(files):
    data = {"words": "a </script><!-- <script> & é", "numbers": [1, 2.5, None]}
    text = live.piece("wall", *files, data, markup="<p>still</p>")
    found = Elements(text).found
    assert json.loads(found["wall-data"]) == data
    assert found["style"].strip() == ".a > b { color: red; }"
    assert '"<\\/script>"' in found["script"] and "import {" not in found["script"]
    assert found["script"].rstrip().endswith("textContent));")
    assert text.count("</script>") == 2 and "<p>still</p>" in text


def test_a_page_includes_it_as_it_is():
    text = "<p>\n\n```\n````\n\n</p>\n"
    (token,) = MarkdownIt().parse(live.raw(text))
    assert token.info == "{raw} html" and token.content == text
