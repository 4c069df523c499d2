"""What a kernel does while a notebook is shaken: perturb networks, and watch asserted bounds.

`tools.shake` starts the kernels of its runs with ``begin()``; a notebook knows nothing of it.

An asserted bound is a comparison with <, <=, > or >= in an ``assert``, or an ``allclose``. Its
slack is the distance from what was compared to the bound, positive where it is kept: of the
arrays and repetitions of one bound the smallest.
"""

import ast
import functools
import json
import operator
import os
import zlib

import numpy as np

NOISE, BOUNDS = "GANLAB_SHAKE_NOISE", "GANLAB_SHAKE_BOUNDS"
AMPLITUDE = 1e-6  # about eight units of the last place of a float32

ORDERED = {
    ast.Lt: ("<", operator.lt, lambda left, right: right - left),
    ast.LtE: ("<=", operator.le, lambda left, right: right - left),
    ast.Gt: (">", operator.gt, lambda left, right: left - right),
    ast.GtE: (">=", operator.ge, lambda left, right: left - right),
}
SIGNS = {sign: (compare, slack) for sign, compare, slack in ORDERED.values()}
WATCH, CLOSE = "_ganlab_shake_watch", "_ganlab_shake_close"
TOLERANCES = {
    "allclose": {"rtol": 1e-5, "atol": 1e-8},
    "assert_allclose": {"rtol": 1e-7, "atol": 0.0},
}


def begin():
    """Prepare this kernel: where the environment asks for it, noise; always the watch."""
    if os.environ.get(NOISE):
        perturb(int(os.environ[NOISE]))
    shell = get_ipython()  # noqa: F821
    watched = Watched()
    shell.user_ns_hidden |= {WATCH: None, CLOSE: None}
    shell.user_ns |= {WATCH: watched.compare, CLOSE: watched.close}
    shell.ast_transformers.append(Rewriter())
    shell.events.register("post_run_cell", lambda result: watched.write(os.environ[BOUNDS]))


# ------------------------------------------------------------------------------------------- noise


def perturb(seed):
    """Multiply the initial weights of networks, and recorded ones, by 1 + 1e-6 times noise.

    Equal weights get equal noise, so that what should begin alike does.
    """
    from ganlab import checkpoints
    from ganlab._tensorflow import keras, tf

    def noisy(value):
        value = np.asarray(value)
        rng = np.random.default_rng([seed, zlib.crc32(value.tobytes())])
        noise = rng.standard_normal(value.shape)
        return (value * (1 + AMPLITUDE * noise)).astype(value.dtype)

    original = keras.Variable._initialize_with_initializer

    @functools.wraps(original)
    def initialize(variable, initializer):
        def first(shape, dtype):
            value = initializer(shape, dtype=dtype)
            if not tf.as_dtype(dtype).is_floating or not tf.executing_eagerly():
                return value
            return tf.constant(noisy(value), dtype)

        return original(variable, first)

    load = checkpoints.load_weights

    @functools.wraps(load)
    def load_weights(model, *arguments, **options):
        result = load(model, *arguments, **options)
        if options.get("checksum") is not None:  # one of the project's own
            model.set_weights([noisy(value) for value in model.get_weights()])
        return result

    keras.Variable._initialize_with_initializer = initialize
    checkpoints.load_weights = load_weights


# ---------------------------------------------------------------------------------- asserted bounds


class Rewriter(ast.NodeTransformer):
    """Have the ordered comparisons of assertions report what they compared.

    Only those that decide the verdict: operands of ``and``, what ``all`` is asked about. A mask
    inside an assertion, or one side of an ``or``, is no bound. Cells are counted as they come:
    under nbval the kernel does not.
    """

    def __init__(self):
        self.cell, self.count = 0, 0

    def visit_Module(self, node):
        self.cell, self.count = self.cell + 1, 0
        self.generic_visit(node)
        return ast.fix_missing_locations(node)

    def visit_Assert(self, node):
        node.test = self.verdict(node.test)
        return node

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Call) and _name(node.value.func) == "assert_allclose":
            node.value = self.verdict(node.value)
            return node
        return self.generic_visit(node)

    def verdict(self, node):
        match node:
            case ast.BoolOp(op=ast.And()):
                node.values = [self.verdict(value) for value in node.values]
            case ast.Compare() if all(type(op) in ORDERED for op in node.ops):
                signs = tuple(ORDERED[type(op)][0] for op in node.ops)
                return self.call(WATCH, node, [ast.Constant(signs), node.left, *node.comparators])
            case ast.Call(func=function) if _name(function) in TOLERANCES:
                return self.call(CLOSE, node, [function, *node.args], node.keywords)
            case ast.Call(func=ast.Attribute(attr="all", value=ast.Compare() as value), args=[]):
                node.func.value = self.verdict(value)
            case ast.Call(args=[ast.GeneratorExp() | ast.ListComp() as each]) if (
                _name(node.func) == "all"
            ):
                each.elt = self.verdict(each.elt)
            case ast.Call(args=[first, *_]) if _name(node.func) == "all":
                node.args[0] = self.verdict(first)
        return node

    def call(self, name, node, arguments, keywords=()):
        self.count += 1
        where = ast.Constant((self.cell, self.count, ast.unparse(node)))
        return ast.Call(ast.Name(name, ast.Load()), [where, *arguments], list(keywords))


def _name(function):
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name


class Watched:
    """The smallest slack of every bound that was asserted, by cell and order."""

    def __init__(self):
        self.slacks = {}

    def compare(self, where, signs, *values):
        verdict = True
        for sign, left, right in zip(signs, values[:-1], values[1:], strict=True):
            compare, slack = SIGNS[sign]
            self.note(where, lambda slack=slack, pair=(left, right): slack(*map(_number, pair)))
            verdict = compare(left, right) if verdict is True else verdict and compare(left, right)
        return verdict

    def close(self, where, function, *arrays, **options):
        """Call ``allclose`` or ``assert_allclose``; the slack counts in tolerances."""
        defaults = TOLERANCES[_name_of(function)]
        given = dict(zip(("rtol", "atol"), arrays[2:], strict=False)) | options

        def slack():
            one, other = map(_number, arrays[:2])
            relative, absolute = (given.get(key, defaults[key]) for key in ("rtol", "atol"))
            difference, tolerance = np.abs(one - other), absolute + relative * np.abs(other)
            with np.errstate(divide="ignore", invalid="ignore"):
                used = np.where(difference == 0, 0.0, difference / tolerance)
            return 1 - used

        self.note(where, slack)
        return function(*arrays, **options)

    def note(self, where, slack):
        try:
            least = float(np.min(slack()))
        except (TypeError, ValueError):
            return  # names, sets, empty arrays: there is no distance
        if np.isfinite(least):
            self.slacks[where] = min(least, self.slacks.get(where, np.inf))

    def write(self, path):
        found = [[*where, slack] for where, slack in self.slacks.items()]
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            json.dump(found, file)
        os.replace(f"{path}.new", path)


def _number(value):
    if isinstance(value, set | frozenset | str | bytes):
        raise TypeError("not a number")
    return np.asarray(value, np.float64)


def _name_of(function):
    return getattr(function, "__name__", "")
