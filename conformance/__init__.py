"""flexcheck's core: contract, target, client, exchanges, checks, findings, mock and command line.

May import `profiles`; never `suites` or `reports` (docs/architecture.md).
"""

__version__ = "0.1.0"
