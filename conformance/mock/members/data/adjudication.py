"""What a claim costs, who pays it, and how CARIN BB writes that down. Imports parts and codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.mock.members.data.codes import C4BB_CS, THO, X12_REASON
from conformance.mock.members.data.parts import carin, concept, money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.mock.data.plan import Resource

_AMOUNTS = {
    "submitted": f"{THO}adjudication",
    "discount": f"{C4BB_CS}Adjudication",
    "noncovered": f"{C4BB_CS}Adjudication",
    "eligible": f"{THO}adjudication",
    "deductible": f"{THO}adjudication",
    "copay": f"{THO}adjudication",
    "coinsurance": f"{C4BB_CS}Adjudication",
    "memberliability": f"{C4BB_CS}Adjudication",
    "paidbypatient": f"{C4BB_CS}Adjudication",
    "benefit": f"{THO}adjudication",
    "paidtoprovider": f"{C4BB_CS}Adjudication",
}


@dataclass(frozen=True, slots=True)
class Bill:
    """One billed line in cents, adjudicated; what is denied is paid by nobody here."""

    submitted: int
    copay: int = 0
    denied: bool = False

    @property
    def amounts(self) -> dict[str, int]:
        """Every amount by its category; they add up."""
        if self.denied:
            names = ("submitted", "noncovered", "memberliability", "paidbypatient")
            return {**dict.fromkeys(names, self.submitted), "benefit": 0, "paidtoprovider": 0}
        discount = self.submitted * 35 // 100
        eligible = self.submitted - discount
        deductible = eligible * 10 // 100
        coinsurance = (eligible - deductible) * 15 // 100
        copay = min(self.copay, eligible - deductible - coinsurance)
        liability = deductible + coinsurance + copay
        return {
            "submitted": self.submitted,
            "discount": discount,
            "eligible": eligible,
            "deductible": deductible,
            "copay": copay,
            "coinsurance": coinsurance,
            "memberliability": liability,
            "paidbypatient": copay,
            "benefit": eligible - liability,
            "paidtoprovider": eligible - liability,
        }


def adjudication(bill: Bill) -> list[Resource]:
    """Return the amounts of one bill as adjudications."""
    return [_amount(name, cents) for name, cents in bill.amounts.items()]


def totals(bills: Iterable[Bill]) -> list[Resource]:
    """Return the amounts of all bills together, in the order of the table."""
    every = [bill.amounts for bill in bills]
    return [
        _amount(name, sum(amounts.get(name, 0) for amounts in every))
        for name in _AMOUNTS
        if any(name in amounts for amounts in every)
    ]


def paid(bills: Iterable[Bill]) -> int:
    """Return the cents that the payer pays for these bills."""
    return sum(bill.amounts["paidtoprovider"] for bill in bills)


def _amount(name: str, cents: int) -> Resource:
    return {"category": concept(_AMOUNTS[name], name), "amount": money(cents)}


def in_network(amount: int | None = None) -> Resource:
    """Return the slice that says in which network the benefit was paid."""
    found: Resource = {"category": carin("PayerAdjudicationStatus", "innetwork", "In Network")}
    return found if amount is None else {**found, "amount": money(amount)}


def denial() -> Resource:
    """Return why a line is not paid."""
    return {
        "category": carin("AdjudicationDiscriminator", "denialreason", "Denial Reason"),
        "reason": concept(X12_REASON, "96", "Non-covered charge(s)."),
    }
