"""The error of a contract file that cannot be used. Imports nothing of ours."""

from __future__ import annotations


class ContractError(Exception):
    """A contract file is wrong: names the file, the place in it and what to do."""

    def __init__(self, file: str, place: str, problem: str, fix: str) -> None:
        super().__init__(f"{file}: {place}: {problem}\n  fix: {fix}")
        self.file = file
        self.place = place
        self.problem = problem
        self.fix = fix
