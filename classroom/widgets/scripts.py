"""Scripts of several files as one text: neither widgets nor pages from a disk import files."""

import functools
import pathlib
import re

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\./|\.\./)([\w./-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default \{[^{}]*\};\n", re.MULTILINE)
_NAME = re.compile(r"^export (?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)


@functools.cache
def joined(path):
    """Return a script together with the files that it imports.

    A file is imported as ``import { a, b } from "./other.js";`` at the beginning of a line, and
    exports as ``export function a`` or ``export const b``. What it keeps to itself stays its own.
    ``export default { ... };`` stays in the script that is joined alone: for anywidget.

    Parameters
    ----------
    path : str or pathlib.Path

    Returns
    -------
    str
        A module that imports nothing; each file is in it once.

    Raises
    ------
    ValueError
        For a file that imports in another form, or a name that is not exported.
    """
    pieces = {}  # by file: the names that it exports, and its text
    text = _without_imports(pathlib.Path(path).resolve(), pieces, ())
    parts = [
        f"const {_alias(file, pieces)} = (() => {{\n{body}\n"
        f"return {{ {', '.join(names)} }};\n}})();\n"
        for file, (names, body) in pieces.items()
    ]
    return "".join(parts) + text


def _without_imports(path, pieces, above):
    """Return a file with constants in the place of its imports; put those before it."""
    if path in above:
        raise ValueError(f"{path.name}: expected no circle of imports, received one")
    text = path.read_text(encoding="utf-8")

    def constants(match):
        file = (path.parent / match[2] / match[3]).resolve()
        if file not in pieces:
            body = _without_imports(file, pieces, (*above, path))
            names = _NAME.findall(file.read_text(encoding="utf-8"))
            body = _EXPORT.sub("", _DEFAULT.sub("", body))
            other = re.search(r"^export\b.*", body, re.MULTILINE)
            if other:
                raise ValueError(f"{file.name}: expected exports by name, received {other[0]}")
            pieces[file] = names, body
        wanted = [name.strip() for name in match[1].split(",") if name.strip()]
        unknown = sorted(set(wanted) - set(pieces[file][0]))
        if unknown:
            raise ValueError(
                f"{path.name}: expected names that {file.name} exports, received {unknown}"
            )
        return f"const {{ {', '.join(wanted)} }} = {_alias(file, pieces)};\n"

    text = _IMPORT.sub(constants, text)
    other = re.search(r"^\s*import\b.*|\bimport\(.*", text, re.MULTILINE)
    if other:
        raise ValueError(
            f'{path.name}: expected import {{ name }} from "./file.js";, received {other[0]}'
        )
    return text


def _alias(file, pieces):
    """Return the name of a file among the constants of the joined script."""
    return f"_file{list(pieces).index(file)}"
