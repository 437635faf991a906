"""Says at once when flexcheck's pytest plugin is not installed; the plugin does all else.

The plugin comes in through the entry point group `pytest11` (pyproject.toml): naming it here as
well would register it twice.
"""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to run without the plugin: its options and fixtures would be missing."""
    if not config.pluginmanager.has_plugin("flexcheck"):
        raise pytest.UsageError(
            "flexcheck is not installed in this environment. Run `make run` once, or"
            " `pip install -e .` in this folder."
        )
