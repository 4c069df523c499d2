"""What a learner has done so far, in a small file beside the notebooks.

The file is ``ganlab_progress.json`` in the working folder. Nothing else is written, and nothing
leaves the machine; delete it to begin again.
"""

import json
import numbers
import pathlib
import weakref

from ganlab import files

__all__ = ["FILE", "follow", "note", "passed", "read"]

FILE = "ganlab_progress.json"
_followers = weakref.WeakSet()


def read():
    """What the file says: for each exercise tries, passed, and prediction and found if it has any.

    A file that cannot be read is renamed, so that it can be looked at, and counts as empty.
    """
    path = pathlib.Path(FILE)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(entry["tries"], int) for entry in content.values()):
            return content
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        pass
    path.replace(path.with_suffix(".broken.json"))
    return {}


def note(name, success, *, prediction=None, found=None):
    """Counts a try. Of predictions the first one stays: it was made before anything was known."""
    content = read()
    entry = content.setdefault(name, {"tries": 0, "passed": False})
    entry["tries"] += 1
    entry["passed"] = entry["passed"] or bool(success)
    if isinstance(prediction, numbers.Real) and "prediction" not in entry:
        entry["prediction"] = float(prediction)
    if found is not None:
        entry["found"] = float(found)
    with files.replaced(FILE) as file:
        file.write(json.dumps(content, indent=1, sort_keys=True).encode())
    for follower in list(_followers):
        follower.refresh()


def follow(follower):
    """Has ``follower.refresh()`` called after every note, for as long as somebody keeps it."""
    _followers.add(follower)


def passed(name):
    """Tells whether an exercise such as ``"02.1"`` was answered rightly at least once."""
    return bool(read().get(name, {}).get("passed"))
