"""Invented people: given and family names that are awkward in the ways real ones are.

Imports only the standard library. No real person is meant by any combination.
"""

from __future__ import annotations

GIVEN = (
    "Scott", "Mary", "José", "Siobhán", "Anne-Marie", "Liam", "Aaliyah", "Wei", "Zoë", "Carlos",
    "Priya", "Michael", "Jennifer", "François", "Olga", "Hiroshi", "Fatima", "Jonathan", "Grace",
    "Thomas", "Elena", "Björn", "Renée", "Malik", "Sarah", "Tuan", "Scottie", "Ingrid", "Kwame",
    "Lucía", "Peter", "Noor", "Rachel", "D'Andre", "Mei-Ling", "Stewart", "Paul", "Ana", "Joseph",
    "Łukasz", "Ruth", "Samuel", "Çağla", "Victor", "Naomi", "Jean-Luc", "Hannah", "Omar", "Emily",
)  # fmt: skip

FAMILY = (
    "Smith", "Núñez", "O'Brien", "Smithson", "Goldsmith", "García", "Nguyen", "Scott", "de la Cruz",
    "Johnson", "Müller", "Van der Berg", "Patel", "Stewart", "Williams", "D'Angelo", "Kim", "Lee",
    "Brown", "Hernández", "MacDonald", "Østergaard", "Jones", "Ng", "Washington", "Begay", "Yazzie",
    "Christensen", "Young", "Tanaka", "Kowalski", "Abdullah", "Okafor", "Miller", "Sørensen", "Wu",
    "Davis", "St. Clair", "Jensen", "Martínez", "Anderson", "Thompson", "Lindqvist", "Cohen", "Ali",
    "Rodríguez", "Hansen", "Baker", "Larsen", "Clark", "Robinson", "Šimić", "Allred", "Bennion",
)  # fmt: skip

FIRST_PEOPLE = (
    ("Scott", "Smith"),
    ("José", "Núñez"),
    ("Siobhán", "O'Brien"),
    ("Mary", "Smith-Jones"),
    ("Anne-Marie", "de la Cruz"),
)
"""The people every directory has, however small."""
