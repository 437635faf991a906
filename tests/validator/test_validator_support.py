"""Must-support coverage: what is counted, whatever the resources hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiles import Validator

if TYPE_CHECKING:
    from validator_workshop import Workshop


def test_must_support_tells_what_the_profile_requires_with_or_without_resources(
    workshop: Workshop,
) -> None:
    name = {"id": "Patient.name", "mustSupport": True, "min": 1}
    gender = {"id": "Patient.gender", "mustSupport": True}
    url = workshop.make("p", "Patient", name, gender, {"id": "Patient.birthDate"})
    support = Validator(workshop).must_support([], url)
    assert [(each.element, each.required) for each in support] == [
        ("Patient.name", True),
        ("Patient.gender", False),
    ]
    assert all((each.present, each.absent) == (0, 0) for each in support)


def test_must_support_of_a_choice_is_counted_by_type(workshop: Workshop) -> None:
    value = {"id": "Observation.value[x]", "mustSupport": True}
    url = workshop.make("o", "Observation", value)
    rows = [{"resourceType": "Observation", "valueString": "x"}, {"resourceType": "Observation"}]
    (only,) = Validator(workshop).must_support([*rows, {**rows[0], "valueString": None}], url)
    assert (only.element, only.present, only.absent) == ("Observation.value[x]", 1, 2)
