"""Whether a resource is well-formed FHIR R4, by the models of fhir.resources. Imports `issues`.

The models are R4B's, the nearest that fhir.resources has to R4. For the types of the provider
directory the two agree; what R4B alone allows goes unseen here, and no profile is judged.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from profiles.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails


def structural_issues(resource: Mapping[str, Any]) -> tuple[Issue, ...]:
    """Return what keeps a resource from being well-formed FHIR; nothing where it is.

    A resource type that FHIR R4 does not know is one issue, not an exception.
    """
    name = resource.get("resourceType")
    model = _model(name) if isinstance(name, str) and name.isalnum() else None
    if model is None:
        return (Issue("fatal", "structure", "resourceType", f"{name!r} is no FHIR resource type"),)
    try:
        model.model_validate(resource)
    except ValidationError as error:
        return tuple(_issue(name, detail) for detail in error.errors(include_url=False))
    return ()


@cache
def _model(name: str) -> type[BaseModel] | None:
    try:
        module = import_module(f"fhir.resources.R4B.{name.lower()}")
    except ModuleNotFoundError:
        return None
    model: type[BaseModel] | None = getattr(module, name, None)
    return model


def _issue(name: Any, detail: ErrorDetails) -> Issue:
    place = str(name)
    for part in detail["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}"
    return Issue("error", "structure", place, detail["msg"])
