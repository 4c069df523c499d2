"""Pages of words and tables: nobody is kept out, and nothing is wider than the window."""

import pytest

PAGES = ["prerequisites", "concepts", "ethics", "license", "accessibility", "teaching/syllabi"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_a_page_is_for_everybody(open_page, name, width, theme):
    page = open_page(f"{name}.html", width=width, theme=theme)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.barriers() == []
    page.screenshot(f"page-{name.replace('/', '-')}-{width}-{theme}")
