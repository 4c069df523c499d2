"""What an exercise is, how an answer is checked, and the tools that the checks share."""

import dataclasses
import html
import importlib
import numbers
import pkgutil
from collections.abc import Callable

import numpy as np

from classroom.exercises import stale
from classroom.exercises.progress import Progress, note
from ganlab import files

KINDS = (
    "Predict a number",
    "Choose and justify",
    "Order the steps",
    "Fill the gap",
    "Find the bug",
    "Change and explain",
    "Make your own",
)
_PREFIX = "notebook_"  # of the modules that hold the checks, one for each notebook
_registry = {}


class Wrong(Exception):
    """An answer that is not right: carries the sentence that helps.

    Parameters
    ----------
    text : str
    found : float, optional
        What a predicted number turned out to be.
    """

    def __init__(self, text, *, found=None):
        super().__init__(text)
        self.found = found


class Unanswered(Exception):
    """There is no answer yet: carries the sentence that says what to do."""

    def __init__(self, text="Write your answer where the dots are, then run both cells."):
        super().__init__(text)


@dataclasses.dataclass(frozen=True)
class Right:
    """What a check returns: a sentence worth reading after the answer was found."""

    text: str
    found: float | None = None


@dataclasses.dataclass(frozen=True)
class Exercise:
    """An exercise: its name such as 02.1, title, kind (one of KINDS), and its check."""

    name: str
    title: str
    kind: str
    check: Callable


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What is said of an answer. ``passed`` is None as long as there is none."""

    name: str
    passed: bool | None
    text: str

    def __repr__(self):
        word = {True: "right", False: "not yet", None: "not answered yet"}[self.passed]
        return f"Exercise {self.name}: {word}." + (f" {self.text}" if self.text else "")

    def _repr_html_(self):
        # A sign and a word besides the color; the colors are read on light and on dark pages.
        sign, color = {
            True: ("&#10003;", "#009E73"),
            False: ("&#8635;", "#D55E00"),
            None: ("&#8230;", "#888888"),
        }[self.passed]
        return (
            f'<div style="border-left: 4px solid {color}; padding: 0.3em 0.8em" role="status">'
            f"<b>{sign}</b> {html.escape(repr(self))}</div>"
        )


def exercise(name, title, kind):
    """Make the decorated function the check of an exercise.

    The function takes ``(rng, *answers)``: a NumPy generator to draw its inputs from and what
    the learner gave. It returns a Right, or raises Wrong or Unanswered.
    """
    if kind not in KINDS:
        raise ValueError(f"expected a kind of {', '.join(KINDS)}, received {kind!r}")

    def register(function):
        _registry[name] = Exercise(name, title, kind, function)
        return function

    return register


def all_exercises():
    """Return every exercise of the course by its name, in order."""
    for name in _modules():
        importlib.import_module(f"classroom.exercises.{name}")
    return dict(sorted(_registry.items()))


def _modules():
    package = importlib.import_module("classroom.exercises")
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return [name for name in names if name.startswith(_PREFIX)]


def _find(name):
    number = str(name)[:2]
    if f"{_PREFIX}{number}" not in _modules():
        raise ValueError(f"expected the name of an exercise such as '02.1', received {name!r:.80}")
    importlib.import_module(f"classroom.exercises.{_PREFIX}{number}")
    if name not in _registry:
        known = ", ".join(sorted(key for key in _registry if key.startswith(number)))
        raise ValueError(f"expected one of {known}, received {name!r:.80}")
    return _registry[name]


def check(name, *answers, seed=None):
    """Check the answer to an exercise, and note in the file of your progress how it went.

    Where that file cannot be kept, in a folder of another user or on a full disk, the verdict
    says so. A value that was checked for another exercise, and that no cell has set since, is not
    taken for an answer to this one: `classroom.exercises.stale` says how that is known.

    Parameters
    ----------
    name : str
        Such as ``"02.1"``: notebook and number.
    *answers
        What the exercise asks for: a function, a number, a letter, a list.
    seed : int, optional
        Of the random inputs that functions are tried with; without it they are new every time.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If there is no such exercise. A wrong answer raises nothing.
    """
    chosen = _find(name)
    found = None
    try:
        if any(_missing(answer) for answer in answers):
            raise Unanswered
        if left := stale.left_over(name, answers):
            raise Unanswered(
                f"`{left[0]}` still holds your answer to {left[1]}. Run the cell of this exercise "
                "first, then its check."
            )
        right = chosen.check(np.random.default_rng(seed), *answers)
        verdict, found = Verdict(name, True, right.text), right.found
    except Unanswered as unanswered:
        return Verdict(name, None, str(unanswered))
    except Wrong as wrong:
        verdict, found = Verdict(name, False, str(wrong)), wrong.found
    except (Exception, SystemExit) as error:  # whatever an answer can be: a sentence, no stack
        verdict = Verdict(
            name, False, f"The check cannot use this answer ({type(error).__name__}: {error})."
        )
    guess = as_number(answers[0]) if found is not None else None
    try:
        note(name, verdict.passed, prediction=guess, found=found)
    except files.FileError as error:
        remark = f"Your progress cannot be kept: {error}."
    except Exception as error:  # whatever stands in the way, the verdict is shown
        remark = f"Your progress cannot be kept ({type(error).__name__}: {error})."
    else:
        return verdict
    return dataclasses.replace(verdict, text=f"{verdict.text} {remark}".strip())


def progress(notebook=None):
    """Return a widget that shows which exercises are done, and goes on showing it.

    Parameters
    ----------
    notebook : str, optional
        Such as ``"02"``; without it the whole course.

    Returns
    -------
    Progress

    Raises
    ------
    ValueError
        If there is no such notebook.
    """
    if notebook is None:
        return Progress(list(all_exercises().values()), "the course")
    known = [e for name, e in all_exercises().items() if name.startswith(f"{notebook}.")]
    if not known:
        raise ValueError(f"expected the number of a notebook such as '02', received {notebook!r}")
    return Progress(known, f"notebook {notebook}")


def _missing(answer):
    if isinstance(answer, list | tuple) and answer:
        return any(part is ... for part in answer)
    return answer is ... or answer is None


def result_of(function, *arguments, **keywords):
    """Call what a learner wrote; its faults become sentences.

    Raises
    ------
    Unanswered
        If it returns None or ``...``, or raises NotImplementedError.
    Wrong
        If it is no function, or raises anything else.
    """
    if not callable(function):
        raise Wrong(f"A function is expected here, and this is {_named(function)}.")
    try:
        with np.errstate(all="ignore"):  # an overflow is told by its result
            result = function(*arguments, **keywords)
    except NotImplementedError:
        raise Unanswered from None
    except (Exception, SystemExit) as error:
        given = ", ".join([_named(value) for value in arguments] + list(keywords))
        raise Wrong(
            f"Your function raises {type(error).__name__} when it is called with {given}: {error}"
        ) from None
    if _missing(result):
        raise Unanswered
    return result


def _named(value):
    shape = getattr(value, "shape", None)
    if shape is not None and tuple(shape):
        return f"an array of shape {tuple(shape)}"
    return f"{type(value).__name__} {value!r:.60}"


def _plain(answer):
    """Return what a NumPy scalar, an array or a tensor without axes holds; else the answer."""
    return np.asarray(answer).item() if getattr(answer, "shape", None) == () else answer


def as_number(answer):
    """Return a real number; raise Wrong for anything else, a truth value too."""
    number = _plain(answer)
    if isinstance(number, bool) or not isinstance(number, numbers.Real):
        raise Wrong(f"A number is expected here, and this is {_named(answer)}.")
    return number


def as_numbers(answer, what="the result"):
    """Return numbers as an array of float64; raise Wrong for anything else."""
    try:
        return np.asarray(answer, np.float64)
    except (TypeError, ValueError):
        raise Wrong(f"For {what} numbers are expected, and this is {_named(answer)}.") from None


def as_truth(answer):
    """Return True or False; raise Wrong for anything else."""
    truth = _plain(answer)
    if not isinstance(truth, bool):
        raise Wrong(f"True or False is expected here, and this is {_named(answer)}.")
    return truth


def picture_of(function, *arguments, shape):
    """Call what a learner wrote, as `result_of` does; return its picture, in [0, 1]."""
    picture = as_numbers(result_of(function, *arguments), "the picture")
    if picture.shape != shape:
        raise Wrong(f"The shape {shape} is expected, and this is {picture.shape}.")
    if not (np.all(np.isfinite(picture)) and picture.min() >= 0 and picture.max() <= 1):
        raise Wrong("Some pixels are outside [0, 1]: np.clip brings them back.")
    return picture


def compare(answer, right, *, wrong=(), unchanged=None, what="the result", tolerance=1e-4):
    """Compare numbers or arrays with the right ones, and with the mistakes one can make.

    Parameters
    ----------
    answer : array-like
    right : array-like
        Its shape is expected of the answer.
    wrong : sequence of (array-like, str)
        The result of a mistake, and the sentence for whoever makes it.
    unchanged : array-like, optional
        The result of the code as the learner gets it.
    what : str
        What the answer is called in a sentence.
    tolerance : float
        Relative, and absolute for numbers below 1.

    Raises
    ------
    Unanswered
        If the answer is ``unchanged``.
    Wrong
        With the sentence of the first mistake that fits; else with both values, or shapes.
    """
    right, answer = np.asarray(right, np.float64), as_numbers(answer, what)

    def equals(other):
        other = np.asarray(other, np.float64)
        return other.shape == answer.shape and np.allclose(
            answer, other, rtol=tolerance, atol=tolerance
        )

    if equals(right):
        return
    if unchanged is not None and equals(unchanged):
        raise Unanswered("This gives what it gave before: change the code, then run both cells.")
    for value, sentence in wrong:
        if equals(value):
            raise Wrong(sentence)
    if answer.shape != right.shape:
        raise Wrong(f"For {what} the shape {right.shape} is expected, and this is {answer.shape}.")
    if right.size == 1:
        raise Wrong(
            f"With the inputs of this check {what} is {right.item():.4g}, and your answer gives "
            f"{answer.item():.4g}."
        )
    off = ~np.isclose(answer, right, rtol=tolerance, atol=tolerance)
    first = np.unravel_index(np.argmax(off), right.shape)
    place = ", ".join(str(int(index)) for index in first)
    raise Wrong(
        f"With the inputs of this check {what} [{place}] is {right[first]:.4g}, and your answer "
        f"gives {answer[first]:.4g}."
    )


def compare_prediction(guess, found, text, *, within, wrong=()):
    """Compare a predicted number with what was found; both are kept in the progress file.

    Parameters
    ----------
    guess : float
        What the learner predicted.
    found : float
        What came out.
    text : str
        Why it did: said to whoever was right.
    within : float
        How far a good prediction may be off.
    wrong : sequence of (float, str)
        A prediction that many make, and what to think of.

    Returns
    -------
    Right

    Raises
    ------
    Wrong
        If it is too far off. The number that was found is not given away.
    """
    guess = as_number(guess)
    if abs(guess - found) <= within:
        return Right(f"You predicted {guess:.4g}, and it is {found:.4g}. {text}", found=found)
    for value, sentence in wrong:
        if abs(guess - value) <= within:
            raise Wrong(sentence, found=found)
    side = "more" if guess < found else "less"
    raise Wrong(f"You predicted {guess:.4g}; it is {side} than that.", found=found)


def compare_choice(answer, right, wrong, *, reasons=1):
    """Compare a chosen letter with the right one; return what was given beside it.

    Parameters
    ----------
    answer : list
        A letter and as many reasons (numbers, functions) as the exercise asks for: ["b", 3.5].
    right : str
    wrong : dict of str to str
        What is said to whoever chose another letter; its keys are all other letters.
    reasons : int

    Returns
    -------
    list
        The reasons.

    Raises
    ------
    Wrong
    """
    letters = sorted({right, *wrong})
    if not isinstance(answer, list | tuple) or len(answer) != 1 + reasons:
        raise Wrong(
            f"A list of {1 + reasons} is expected here, a letter and your evidence, and this is "
            f"{_named(answer)}."
        )
    letter, *evidence = answer
    letter = letter.strip().lower() if isinstance(letter, str) else letter
    if letter not in letters:
        raise Wrong(f"Choose one of {', '.join(letters)}; this is {_named(letter)}.")
    if letter != right:
        raise Wrong(wrong[letter])
    return evidence


def compare_order(answer, letters, rules):
    """Check that steps stand in an order in which they can be done.

    Parameters
    ----------
    answer : str or list of str
        ``"bac"``; spaces, commas and capitals do not matter.
    letters : str
        Every step; each must come once.
    rules : sequence of (str, str, str)
        Two letters of which the first must come before the second, and the sentence for
        whoever has them the other way round. Every order that keeps the rules is right.

    Raises
    ------
    Wrong
    """
    try:
        order = "".join(answer).lower()
    except TypeError:
        raise Wrong(
            f"A string of letters is expected here, such as {''.join(sorted(letters))!r}, and "
            f"this is {_named(answer)}."
        ) from None
    order = "".join(letter for letter in order if letter.isalpha())
    if sorted(order) != sorted(letters):
        raise Wrong(f"Each of {', '.join(sorted(letters))} is expected once.")
    for first, second, sentence in rules:
        if order.index(first) > order.index(second):
            raise Wrong(sentence)
