"""Makes a check of a JSON schema that anybody may have written, and ends the check when it takes too many steps.

Shared by the program and the model child. Never fetches what a schema refers to; knows nothing of tools and answers.
"""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

from jarvis.engines.schema_patterns import bounded, power_of

MOST_STEPS = 5_000_000
"""Steps that one check may take: each is a part of an expression, and takes 10 to 100 nanoseconds."""

DEFINITION_FAULTS = (
    ArithmeticError,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    SyntaxError,
    RecursionError,
    MemoryError,
    re.error,
)
"""What compiling a malformed schema raises, apart from the library's own error, which is a ValueError."""

_PATTERN_SPEED = 25
"""How many characters a pattern is run over in the time of one step."""

_CHARACTERS = 8
"""Characters of an expression to a step."""

_COMPILED_CHARACTER = 100
"""Steps that it takes to make a pattern, for each of its characters (of a value that shall be one)."""

Check = Callable[[object], object]


class TooManySteps(Exception):
    """A check was ended: the schema makes too much work of this value. Not a `JsonSchemaException`, which the
    alternatives of a schema would take for a miss and go on."""


def compiled_check(schema: Any) -> Check:
    """Return a check that raises `JsonSchemaValueException` for a value that misses `schema`, `TooManySteps`, or
    `ArithmeticError` and `RecursionError` for values that cannot be checked.

    Raises one of `DEFINITION_FAULTS` or the library's own error for what is no schema, or one without bounds.
    """
    import fastjsonschema

    source = fastjsonschema.compile_to_code(bounded(schema), handlers=NothingRemote(), use_default=False)
    program = ast.parse(source)
    # The library writes the function of the whole schema first, then those of its references.
    functions = [each for each in program.body if isinstance(each, ast.FunctionDef)]
    for function in functions:
        _let_count(function.body, again=True)
    meter = _Meter()
    state: dict[str, Any] = {_STEP: meter.took}
    exec(compile(program, "<schema>", "exec"), state)
    patterns = state.get("REGEX_PATTERNS", {})
    state["REGEX_PATTERNS"] = {text: _CountedPattern(pattern, meter) for text, pattern in patterns.items()}
    state |= {"re": _CountedCompiler(meter), "set": meter.a_set}
    whole = state[functions[0].name]

    def check(value: object) -> object:
        meter.start()
        return whole(value)

    return check


class NothingRemote(dict[str, Callable[[str], Any]]):
    """Handlers for every scheme, all of which refuse: otherwise the library would fetch what a schema refers to."""

    def __contains__(self, scheme: object) -> bool:
        return True

    def __missing__(self, scheme: str) -> Callable[[str], Any]:
        return _refuse


def _refuse(_address: str) -> Any:
    raise ValueError("a schema may refer only to itself")


_STEP = "count_steps_of_this_check"


class _Meter:
    """The steps of the check that runs on this thread."""

    def __init__(self) -> None:
        self._mine = threading.local()

    def start(self) -> None:
        """Begin a check."""
        self._mine.left = MOST_STEPS

    def took(self, steps: int) -> None:
        """Count; `TooManySteps` when there were too many."""
        self._mine.left -= steps
        if self._mine.left < 0:
            raise TooManySteps

    def a_set(self, items: Iterable[Any]) -> set[Any]:
        """Return a set of `items`, whose number counts."""
        made = set(items)
        self.took(len(made))
        return made


class _CountedCompiler:
    """What the check has for the module `re`: a value may have to be a pattern itself."""

    def __init__(self, meter: _Meter) -> None:
        self._meter = meter

    def compile(self, text: str) -> re.Pattern[str]:
        """Compile, after counting."""
        self._meter.took(len(text) * _COMPILED_CHARACTER)
        return re.compile(text)


class _CountedPattern:
    """A compiled pattern that counts about how long it takes over a text."""

    def __init__(self, pattern: re.Pattern[str], meter: _Meter) -> None:
        self._pattern = pattern
        self._power = power_of(pattern.pattern)
        self._meter = meter

    def search(self, text: str) -> re.Match[str] | None:
        """Search, after counting."""
        self._count(text)
        return self._pattern.search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """Match, after counting."""
        self._count(text)
        return self._pattern.match(text)

    def _count(self, text: str) -> None:
        self._meter.took(len(text) ** self._power // _PATTERN_SPEED)


def _let_count(body: list[ast.stmt], *, again: bool) -> int:
    """Let the statements of `body` count; returns the steps that its owner counts for it, which with `again` (it is the
    body of a function or loop) it counts itself each time."""
    steps, counting = 0, list[ast.stmt]()
    for statement in body:
        if isinstance(statement, ast.Raise):
            # It carries a part of the schema, and counts only when it is reached.
            counting.append(_count(_size(statement), statement))
        else:
            steps += _let_statement_count(statement)
        counting.append(statement)
    if again:
        counting.insert(0, _count(steps, body[0]))
    body[:] = counting
    return 0 if again else steps


def _let_statement_count(statement: ast.stmt) -> int:
    if isinstance(statement, ast.FunctionDef | ast.For):
        return 1 + _let_count(statement.body, again=True)
    if isinstance(statement, ast.If):
        inside = _let_count(statement.body, again=False) + _let_count(statement.orelse, again=False)
        return _size(statement.test) + inside
    if isinstance(statement, ast.Try):
        bodies = (statement.body, *(handler.body for handler in statement.handlers), statement.orelse)
        return 1 + sum(_let_count(body, again=False) for body in bodies)
    return _size(statement)


def _count(steps: int, where: ast.stmt) -> ast.stmt:
    name = ast.copy_location(ast.Name(id=_STEP, ctx=ast.Load()), where)
    told = ast.copy_location(ast.Constant(value=steps), where)
    call = ast.copy_location(ast.Call(func=name, args=[told], keywords=[]), where)
    return ast.copy_location(ast.Expr(value=call), where)


def _size(part: ast.expr | ast.stmt) -> int:
    """Return about how many steps are in `part`, by its length: the library writes a statement on one line."""
    return 1 + max(0, (part.end_col_offset or 0) - part.col_offset) // _CHARACTERS
