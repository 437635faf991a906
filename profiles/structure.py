"""Whether a resource is well-formed FHIR R4, by the models of fhir.resources. Imports `issues`.

The models are R4B's, the nearest that fhir.resources has to R4. For the types of the provider
directory the two agree; what R4B alone allows goes unseen here, and no profile is judged.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fhir.resources.R4B.domainresource import DomainResource
from fhir.resources.R4B.resource import Resource
from pydantic import ValidationError

from profiles.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails


#: Types that no resource is an instance of.
ABSTRACT = frozenset({Resource, DomainResource})
#: How much of a strange `resourceType` a message shows.
SHOWN = 80


def structural_issues(resource: Mapping[str, Any]) -> tuple[Issue, ...]:
    """Return what keeps a resource from being well-formed FHIR; nothing where it is.

    A resource type that FHIR R4 does not know is one issue, not an exception.
    """
    name = resource.get("resourceType")
    model = _model(name) if isinstance(name, str) else None
    if model is None:
        return (_no_type(name, "resourceType"),)
    # The models raise a bare KeyError over these.
    if strange := tuple(_strange_contained(resource)):
        return strange
    try:
        model.model_validate(resource)
    except ValidationError as error:
        return tuple(_issue(name, detail) for detail in error.errors(include_url=False))
    except RecursionError:
        return (Issue("fatal", "too-long", str(name), "nested too deeply to be read"),)
    except Exception as error:  # noqa: BLE001 - the models stumble over some malformed input
        message = f"cannot be read as {name}: {error!r}"
        return (Issue("fatal", "structure", str(name), message),)
    return ()


def _strange_contained(resource: Mapping[str, Any]) -> Iterator[Issue]:
    contained = resource.get("contained")
    for index, item in enumerate(contained if isinstance(contained, list) else ()):
        name = item.get("resourceType") if isinstance(item, dict) else None
        if not isinstance(name, str) or _model(name) is None:
            place = f"{resource['resourceType']}.contained[{index}].resourceType"
            yield _no_type(name, place)


def _no_type(name: Any, place: str) -> Issue:
    return Issue("fatal", "structure", place, f"{repr(name)[:SHOWN]} is no FHIR resource type")


@cache
def _model(name: str) -> type[BaseModel] | None:
    if not name.isalnum():
        return None
    try:
        module = import_module(f"fhir.resources.R4B.{name.lower()}")
    except ModuleNotFoundError:
        return None
    model = getattr(module, name, None)
    if not isinstance(model, type) or not issubclass(model, Resource):
        return None  # a datatype, such as Address
    return None if model in ABSTRACT else model


def _issue(name: Any, detail: ErrorDetails) -> Issue:
    place, kind = str(name), detail["type"]
    # A model's own "root" is no element: it says that the element before it is no object.
    parts = detail["loc"][:-1] if kind == "model_validation_format" else detail["loc"]
    for part in parts:
        place += f"[{part}]" if isinstance(part, int) else f".{part}"
    # The models try to read a text as JSON before they call it wrong.
    no_object = kind in {"json_invalid", "model_validation_format"}
    return Issue(
        "error", "structure", place, "an object is expected" if no_object else detail["msg"]
    )
