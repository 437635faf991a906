"""Expands uniform rules to one clause for each resource they hold for. Imports `rows`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.contract.vocabulary import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.defaults import Path, Section
    from conformance.contract.model import Clause, Source
    from conformance.contract.rows import Resource


def apply_rules(section: Section, resource: Resource) -> Iterator[Clause]:
    """Yield the clause of every rule of `section` that holds for `resource`."""
    if "rules" not in section.data or not _same_contract(section, resource):
        return
    for index, rule in enumerate(section.data["rules"]):
        both = _deployments(section, rule, resource)
        if both and _holds_for(rule.get("where", {}), resource.section.data):
            yield _clause(section, rule, ("rules", index), resource, both)


def _same_contract(rules: Section, resource: Resource) -> bool:
    """Areas and APIs agree; a resource may keep uniform rules away."""
    if not resource.spec.get("uniform", True):
        return False
    return all(rules.data[key] == resource.section.data[key] for key in ("area", "api"))


def _deployments(section: Section, rule: dict[str, Any], resource: Resource) -> tuple[str, ...]:
    """Return the deployments that both the rule and the resource are about."""
    theirs = resource.section.data["deployments"]
    return tuple(name for name in section.deployments(rule) if name in theirs)


def _holds_for(where: dict[str, Any], resource: dict[str, Any]) -> bool:
    # `_id` and its like are every resource's; a type is asked of what the resource adds.
    parameters = resource.get("parameters", ())
    names = {row["param"] for row in parameters}
    types = {row["type"] for row in parameters if not row["param"].startswith("_")}
    asked = (
        ("interaction", resource.get("interactions", {})),
        ("parameter", names),
        ("parameter_type", types),
    )
    profile: str = resource["resource"].get("profile", "")
    return profile.startswith(where.get("profile", "")) and all(
        where[key] in among for key, among in asked if key in where
    )


def _clause(
    section: Section,
    rule: dict[str, Any],
    path: Path,
    resource: Resource,
    deployments: tuple[str, ...],
) -> Clause:
    # A document is named after the deployment whose contract it is.
    sources = _sources(section, rule, path, resource)
    said = tuple(source for source in sources if source.document in deployments)
    if not said:
        raise section.error(path, f"no source for {resource.code}", "add one of its document")
    clause = section.clause(
        section.verified(rule, path),
        resource.id(rule["suffix"]),
        said,
        statement=fill(rule["statement"], resource.words),
        kind="rule",
        topic=resource.topic(rule["topic"]),
        resource=resource.type,
        param=rule.get("param", ""),
        value=fill(rule.get("value", ""), resource.words),
    )
    applies_when = section.applies_when(rule, resource.section)
    return replace(clause, deployments=deployments, applies_when=applies_when)


def _sources(
    section: Section, rule: dict[str, Any], path: Path, resource: Resource
) -> tuple[Source, ...]:
    """A place is the resource's, lines are the rule's own."""
    spec = rule.get("source", section.data.get("source"))
    if spec is None:
        raise section.error(path, "a rule without source", "give source here or at the top")
    found: list[Source] = []
    for item in spec if isinstance(spec, list) else [spec]:
        owner = resource.section if "place" in item else section
        found.extend(owner.sources(item, path))
    return tuple(found)
