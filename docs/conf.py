"""Settings of Sphinx for the site. tools/pages.py collects the sources and calls it."""

import importlib
import inspect
import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

import ganlab
from tools.prose import MATHJAX

project = "ganlab"
author = "The authors of ganlab"
release = ganlab.__version__
copyright = "The ganlab contributors. Code: MIT license. Text and figures: CC BY 4.0"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
]
templates_path = ["_templates"]
exclude_patterns = ["_templates", "generated"]  # pieces that pages include
suppress_warnings = [
    "myst.header",  # a notebook may step from # to ###
    "config.cache",  # `face` below cannot be kept, and every build is a fresh one
]

# ---------------------------------------------------------------------- the look, without a network

html_theme = "furo"
html_title = "ganlab"
html_static_path = ["_static", str(MATHJAX)]
html_css_files = ["ganlab.css"]
html_js_files = [("ganlab.js", {"defer": "defer"})]
mathjax_path = MATHJAX.name
mathjax3_config = {"options": {"enableMenu": False}}
html_show_sourcelink = False
html_copy_source = False
html_show_search_summary = False  # would be fetched, which browsers refuse to pages from a folder
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "color-brand-primary": "#00588a",
        "color-brand-content": "#00659e",
        "color-brand-visited": "#5b4a91",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7cc7f2",
        "color-brand-content": "#7cc7f2",
        "color-brand-visited": "#b9a9ee",
    },
}
pygments_style = "a11y-light"
pygments_dark_style = "a11y-dark"

# ------------------------------------------------------------------------ notebooks and docstrings

nb_execution_mode = "off"  # the outputs are those that are stored
nb_merge_streams = True
nb_render_image_options = {"alt": "Figure"}  # tools/pages.py says more of each
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

add_module_names = False
toc_object_entries_show_parents = "hide"
python_maximum_signature_line_length = 80
autodoc_member_order = "bysource"
autodoc_default_options = {"exclude-members": "set", "no-value": True}  # Matplotlib writes `set`
autodoc_preserve_defaults = True
autodoc_typehints = "none"
autosummary_ignore_module_all = False  # the page of a module shows what is in its __all__
numpydoc_show_class_members = False
default_role = "py:obj"  # `name` in a docstring is a link where there is something of that name


def face(module):
    """Return what the room of a module exports: it is described on the page of the room."""
    return getattr(importlib.import_module(module.rpartition(".")[0]), "__all__", ())


autosummary_context = {"face": face}


def as_plain_text(app, what, name, obj, options, lines):
    """Take asterisks and bars in a docstring as mathematics, not as marks of emphasis.

    The docstrings mark nothing but code and formulas; `|w|` and `2 * n` in their sentences would
    be read as something else.
    """
    formula = None
    for i, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if formula is not None and line.strip() and indent <= formula:
            formula = None
        if line.lstrip().startswith(".. math::"):
            formula = indent
        if formula is None and not line.lstrip().startswith((">>>", "...", "* ")):
            pieces = re.split(r"(``.*?``|`[^`]+`|:math:`[^`]+`)", line)
            pieces[::2] = [re.sub(r"(?<!\\)([*|])", r"\\\1", piece) for piece in pieces[::2]]
            line = "".join(pieces)
        lines[i] = line


def show_value(app, what, name, obj, options, lines):
    """Add the value of a public number or text to its description."""
    of_type = (inspect.getdoc(type(obj)) or "").split()
    if what == "data" and of_type[-9:] == " ".join(lines).split()[-9:]:
        lines.clear()  # it has no description: this is that of its type
    if what == "data" and isinstance(obj, int | float | str | tuple) and len(repr(obj)) < 200:
        lines += ["", f"Value: ``{obj!r}``", ""]


def how_it_is_made(app, what, name, obj, options, signature, returns):
    """Show the parameters of __init__, where Keras or traitlets add a __new__ that takes all."""
    if what == "class" and signature == "(*args, **kwargs)":
        return str(inspect.signature(obj)), returns


class Links(SphinxTransform):
    """Makes links of the names of papers and notebooks, in notebooks, pages and docstrings."""

    default_priority = 400
    name = re.compile(
        r"\barXiv:(?P<arxiv>\d{4}\.\d{4,5})|\bdoi:? ?(?P<doi>10\.\d{4,}/[\w./()-]*\w)"
        r"|\b(?:notebooks/)?(?P<notebook>\d\d_[a-z]\w+)(?:\.ipynb)?"
    )
    inside = (
        nodes.reference, addnodes.pending_xref, nodes.literal, nodes.literal_block, nodes.raw,
        nodes.math, nodes.math_block, nodes.comment, nodes.title, nodes.inline,
    )  # fmt: skip

    def apply(self):
        for text in list(self.document.findall(nodes.Text)):
            if not isinstance(text.parent, self.inside):
                pieces = list(self.pieces(str(text)))
                if len(pieces) > 1:
                    text.parent.replace(text, pieces)

    def pieces(self, text):
        end = 0
        for match in self.name.finditer(text):
            link = self.link(match)
            if link is not None:
                yield nodes.Text(text[end : match.start()])
                yield link
                end = match.end()
        yield nodes.Text(text[end:])

    def link(self, match):
        label = nodes.Text(match[0])
        if match["arxiv"] or match["doi"]:
            site = "arxiv.org/abs" if match["arxiv"] else "doi.org"
            address = f"https://{site}/{match['arxiv'] or match['doi']}"
            return nodes.reference("", "", label, refuri=address)
        target = f"notebooks/{match['notebook']}"
        if target not in self.env.found_docs:
            return None
        return addnodes.pending_xref(
            "",
            nodes.inline("", "", label),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{target}",
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )


def with_levels(app, pagename, templatename, context, doctree):
    """Say of which level the headings of the contents are: Sphinx leaves it out."""
    for name, text in context.items():
        if isinstance(text, str) and 'role="heading">' in text:
            context[name] = text.replace('role="heading">', 'role="heading" aria-level="2">')


def setup(app):
    app.add_transform(Links)
    app.connect("html-page-context", with_levels, priority=900)  # after the theme
    app.connect("autodoc-process-signature", how_it_is_made)
    app.connect("autodoc-process-docstring", as_plain_text, priority=100)  # before numpydoc
    app.connect("autodoc-process-docstring", show_value, priority=50)
    return {"parallel_read_safe": True}
