"""What FHIR adds to FHIRPath (https://hl7.org/fhir/R4/fhirpath.html, 2.9.1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.fhirpath.code import EMPTY, Code, Items, Scope, boolean, single
from profiles.fhirpath.errors import EvaluationError, NotEvaluable
from profiles.fhirpath.registry import function, special
from profiles.fhirpath.steps import children, from_items, guess, typed, typed_children, typed_step
from profiles.fhirpath.values import fields, plain
from profiles.fhirpath.xhtml import Narrative, read_narrative

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.fhirpath.registry import Compiler
    from profiles.fhirpath.tree import Call

Types = tuple[str, ...]


@special("hasValue")
def has_value(_compiler: Compiler, _call: Call, base: Code, _here: Types) -> Code:
    """`hasValue()`: one primitive with a value."""
    run = base.run

    def test(scope: Scope, this: Any) -> bool:
        items = run(scope, this)
        if len(items) != 1:
            return False
        value = plain(items[0])
        return value is not None and value != "" and type(value) not in {dict, list}

    return boolean(test)


@function("getValue")
def get_value(_scope: Scope, items: Items) -> Items:
    """`getValue()`: the value of one primitive."""
    value = single(items)
    return EMPTY if value is None or type(value) is dict else [value]


@special("extension", 1)
def extension(compiler: Compiler, call: Call, base: Code, here: Types) -> Code:
    """`extension(url)`."""
    url = compiler.code(call.arguments[0], here).run
    step = typed_step(compiler.model, "extension") if compiler.typed else _extensions
    found = from_items(base.run, step, ("Extension",)).run

    def run(scope: Scope, this: Any) -> Items:
        wanted = single(url(scope, this))
        return [item for item in found(scope, this) if (fields(item) or {}).get("url") == wanted]

    return Code(run, None, ("Extension",))


def _extensions(item: Any) -> Items:
    members = item if type(item) is dict else fields(item)
    found = members.get("extension") if members else None
    return found if type(found) is list else EMPTY


def _children_of(compiler: Compiler) -> Callable[[Any], Items]:
    if not compiler.typed:
        return children
    model = compiler.model
    return lambda item: typed_children(model, item)


@special("children")
def all_children(compiler: Compiler, _call: Call, base: Code, _here: Types) -> Code:
    """`children()`."""
    return from_items(base.run, _children_of(compiler), ())


@special("descendants")
def descendants(compiler: Compiler, _call: Call, base: Code, _here: Types) -> Code:
    """`descendants()`: children, their children and so on, level by level."""
    step, items = _children_of(compiler), base.run

    def run(scope: Scope, this: Any) -> Items:
        found: Items = []
        level = items(scope, this)
        while level:
            level = [child for item in level for child in step(item)]
            found += level
        return found

    return Code(run)


@special("resolve")
def resolve(compiler: Compiler, _call: Call, base: Code, _here: Types) -> Code:
    """`resolve()`: what references point to, of those that can be followed."""
    run = base.run

    def resolved(scope: Scope, this: Any) -> Items:
        found = [_target(scope, item) for item in run(scope, this)]
        if compiler.typed:
            return [typed(item, guess(item)) for item in found if item is not None]
        return [item for item in found if item is not None]

    return Code(resolved, None, ("Resource",))


def _target(scope: Scope, item: Any) -> Any:
    value = plain(item)
    reference = value.get("reference") if type(value) is dict else value
    if type(reference) is not str:
        return None
    if reference.startswith("#"):
        return _contained(scope, reference[1:])
    return None if scope.resolver is None else scope.resolver(reference)


def _contained(scope: Scope, name: str) -> Any:
    root = scope.resource if scope.root is None else scope.root
    if type(root) is not dict or not name:
        return root
    contained = root.get("contained")
    for one in contained if type(contained) is list else ():
        if type(one) is dict and one.get("id") == name:
            return one
    # Of a Bundle the resolver knows what the entries contain.
    return None if scope.resolver is None else scope.resolver(f"#{name}")


def _asked(hook: Any, item: Any, what: str, function_name: str) -> bool:
    answer = None if hook is None else hook(plain(item), what)
    if answer is None:
        raise NotEvaluable(f"{function_name}({what!r}) cannot be answered here")
    return bool(answer)


@function("memberOf", 1, types="System.Boolean")
def member_of(scope: Scope, items: Items, value_set: Items) -> Items:
    """`memberOf(valueset)` of one code, Coding or CodeableConcept; of several it says nothing."""
    url = single(value_set)
    if len(items) != 1 or not url:
        return EMPTY
    return [_asked(scope.member_of, items[0], url, "memberOf")]


@function("conformsTo", 1, types="System.Boolean")
def conforms_to(scope: Scope, items: Items, profile: Items) -> Items:
    """`conformsTo(profile)`."""
    url = single(profile)
    if not items or url is None:
        return EMPTY
    if len(items) > 1:
        raise EvaluationError("conformsTo() is asked of several items")
    return [_asked(scope.conforms_to, items[0], url, "conformsTo")]


def _html(name: str, holds: Callable[[Narrative], bool]) -> None:
    @special(name)
    def build(_compiler: Compiler, _call: Call, base: Code, _here: Types) -> Code:
        run = base.run

        def test(scope: Scope, this: Any) -> bool | None:
            value = single(run(scope, this))
            if type(value) is dict:
                value = value.get("div")
            return None if value is None else type(value) is str and holds(read_narrative(value))

        return boolean(test)


_html("htmlChecks", lambda narrative: not narrative.faults)
_html("htmlChecks1", lambda narrative: not narrative.faults)
_html("htmlChecks2", lambda narrative: narrative.content)


def _unanswered(name: str, least: int, most: int) -> None:
    @special(name, least, most)
    def build(_compiler: Compiler, _call: Call, _base: Code, _here: Types) -> Code:
        def run(_scope: Scope, _this: Any) -> Items:
            raise NotEvaluable(f"{name}() cannot be answered here")

        return Code(run)


_unanswered("elementDefinition", 0, 0)
_unanswered("slice", 2, 2)
_unanswered("checkModifiers", 0, 9)
_unanswered("subsumes", 1, 1)
_unanswered("subsumedBy", 1, 1)
