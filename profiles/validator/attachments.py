"""Attachments: the size that is stated is that of the data. Imports `problems`.

https://hl7.org/fhir/R4/datatypes.html#Attachment
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiles.validator.primitives import NO_BASE64
from profiles.validator.problems import problem

if TYPE_CHECKING:
    from profiles.validator.problems import Found
    from profiles.validator.scope import Scope


def size(value: dict[str, Any], scope: Scope) -> Found:
    """`size` is the number of bytes of `data`, before base64 made them longer."""
    stated, data = value.get("size"), value.get("data")
    if type(stated) is not int or type(data) is not str:
        return None
    text = data.encode("utf-8", "replace").translate(None, NO_BASE64)
    actual = len(text) // 4 * 3 - text[-2:].count(b"=")
    if actual == stated:
        return None
    said = f"the stated size is {stated}, that of the data {actual} bytes"
    return problem("structure", said, "size", rule="Attachment.size")
