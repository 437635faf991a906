"""Where functions are registered by name. Imports code and errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from profiles.fhirpath.code import EMPTY, Code, Items, Run, Scope, boolean, single

if TYPE_CHECKING:
    from profiles.fhirpath.model import TypeModel
    from profiles.fhirpath.tree import Call, Tree


class Compiler(Protocol):
    """What a function may ask of the compiler."""

    model: TypeModel
    typed: bool

    def code(self, node: Tree, here: tuple[str, ...]) -> Code:
        """Compile a sub-tree; `here` are the types of its focus."""
        ...

    def need_types(self) -> None:
        """Demand that elements carry their type at run time."""
        ...

    def error(self, message: str, node: Tree) -> Exception:
        """Return a syntax error at a sub-tree."""
        ...


#: Compiles a call; gets the compiler, the call, the code of its input and the types of `$this`.
Builder = Callable[[Compiler, "Call", Code, tuple[str, ...]], Code]
Body = TypeVar("Body", bound=Callable[..., Any])
Test = TypeVar("Test", bound=Callable[[Items], bool | None])


@dataclass(frozen=True, slots=True)
class Function:
    """A function of FHIRPath: how a call of it is compiled, and how many arguments it takes."""

    build: Builder
    least: int
    most: int


FUNCTIONS: dict[str, Function] = {}
#: Says that the types of a result are known at run time only.
ANY = "System.Any"


def special(name: str, least: int = 0, most: int | None = None) -> Callable[[Builder], Builder]:
    """Register what compiles its own call."""

    def register(build: Builder) -> Builder:
        FUNCTIONS[name] = Function(build, least, least if most is None else most)
        return build

    return register


def function(
    name: str, least: int = 0, most: int | None = None, types: str = ""
) -> Callable[[Body], Body]:
    """Register `f(scope, items, *arguments)`; each argument is the items of one expression.

    The result has the type of the input where no other is named.
    """

    def register(body: Body) -> Body:
        def build(compiler: Compiler, call: Call, base: Code, here: tuple[str, ...]) -> Code:
            runs = [compiler.code(argument, here).run for argument in call.arguments]
            kept = base.types if not types else () if types == ANY else (types,)
            return Code(_applied(body, base.run, runs), None, kept)

        special(name, least, most)(build)
        return body

    return register


def _applied(body: Callable[..., Items], base: Run, runs: list[Run]) -> Run:
    if not runs:
        return lambda scope, this: body(scope, base(scope, this))
    return lambda scope, this: body(scope, base(scope, this), *(run(scope, this) for run in runs))


def scalar(
    name: str, least: int = 0, most: int | None = None, types: str = ""
) -> Callable[[Body], Body]:
    """Register `f(value, *arguments)` of single values; nothing in gives nothing out.

    A result of None is the empty collection.
    """

    def register(body: Body) -> Body:
        def build(compiler: Compiler, call: Call, base: Code, here: tuple[str, ...]) -> Code:
            arguments = [compiler.code(argument, here) for argument in call.arguments]
            value = _scalar(body, base.run, arguments)
            if types == "System.Boolean":
                return boolean(value)
            return Code(_listed(value), None, (types,) if types else ())

        special(name, least, most)(build)
        return body

    return register


def _scalar(body: Callable[..., Any], base: Run, arguments: list[Code]) -> Callable[..., Any]:
    """Return what gives the single value; arguments that are constants are looked at once."""
    constants = [argument.constant for argument in arguments]
    if all(constant is not None and len(constant) == 1 for constant in constants):
        values = [constant[0] for constant in constants if constant]

        def fixed(scope: Scope, this: Any) -> Any:
            value = single(base(scope, this))
            return None if value is None else body(value, *values)

        return fixed

    runs = [base, *(argument.run for argument in arguments)]

    def evaluated(scope: Scope, this: Any) -> Any:
        values = [single(run(scope, this)) for run in runs]
        return None if any(value is None for value in values) else body(*values)

    return evaluated


def _listed(value: Callable[..., Any]) -> Run:
    def run(scope: Scope, this: Any) -> Items:
        found = value(scope, this)
        return EMPTY if found is None else [found]

    return run


def predicate(name: str) -> Callable[[Test], Test]:
    """Register `f(items) -> bool` without arguments."""

    def register(body: Test) -> Test:
        def build(_compiler: Compiler, _call: Call, base: Code, _here: tuple[str, ...]) -> Code:
            run = base.run
            return boolean(lambda scope, this: body(run(scope, this)))

        special(name)(build)
        return body

    return register
