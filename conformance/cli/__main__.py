"""`python -m conformance.cli`: the same as the console script `flexcheck`."""

from conformance.cli import main

main()
