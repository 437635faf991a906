"""What an expression is compiled to, and what it runs in. Imports values and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from profiles.fhirpath.errors import EvaluationError
from profiles.fhirpath.values import plain

if TYPE_CHECKING:
    from datetime import datetime

#: The items of a collection; shared with the resource, so nobody may change it.
Items = list[Any]
EMPTY: Items = []
TRUE: Items = [True]
FALSE: Items = [False]
#: The focus where there is none.
NOTHING = object()


@dataclass(slots=True)
class Scope:
    """What an evaluation may ask for beside its focus; make one a resource and use it for all.

    Attributes:
        resource: `%resource`, the resource that holds the focus.
        root: `%rootResource`, the container of a contained resource; the resource itself if None.
        resolver: gives what a reference points to, None if it cannot be had. Contained resources
            are found without it.
        member_of: whether a code, Coding or CodeableConcept is in a value set; None: unknown.
        conforms_to: whether an element or resource conforms to a profile; None: unknown.
        variables: more `%name`s.
        now: the time `now()` gives; the clock's where None.
    """

    resource: Any = None
    root: Any = None
    resolver: Callable[[str], Any] | None = None
    member_of: Callable[[Any, str], bool | None] | None = None
    conforms_to: Callable[[Any, str], bool | None] | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    # The evaluation's own: `%context`, `$index`, `$total`.
    context: Any = NOTHING
    index: Any = None
    total: Items = field(default_factory=list)


#: Gives the items of an expression for a scope and a focus (`$this`).
Run = Callable[[Scope, Any], Items]
#: The same where the result is one boolean or nothing (None).
Truth = Callable[[Scope, Any], bool | None]


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled expression.

    Attributes:
        run: gives its items.
        test: gives its truth; set where the result is a boolean or nothing.
        types: the FHIR types its items may have, `System.String` and the like for others; () where
            they are known at run time only.
        constant: its items, where they are always the same.
    """

    run: Run
    test: Truth | None = None
    types: tuple[str, ...] = ()
    constant: Items | None = None


def truth(items: Items) -> bool | None:
    """Return items as one boolean (FHIRPath N1, Singleton Evaluation of Collections).

    Raises:
        EvaluationError: there are several.
    """
    if not items:
        return None
    if len(items) > 1:
        raise EvaluationError(f"one boolean is expected, {len(items)} items are found")
    value = plain(items[0])
    return value if type(value) is bool else True


def test_of(code: Code) -> Truth:
    """Return what gives the truth of a compiled expression."""
    if code.test is not None:
        return code.test
    run = code.run
    return lambda scope, this: truth(run(scope, this))


def boolean(test: Truth, constant: Items | None = None) -> Code:
    """Return the code of something that is true, false or nothing."""

    def run(scope: Scope, this: Any) -> Items:
        found = test(scope, this)
        return EMPTY if found is None else TRUE if found else FALSE

    return Code(run, test, ("System.Boolean",), constant)


def single(items: Items) -> Any:
    """Return the only item, as a plain value; None where there is none.

    Raises:
        EvaluationError: there are several.
    """
    if len(items) > 1:
        raise EvaluationError(f"one item is expected, {len(items)} are found")
    return plain(items[0]) if items else None
