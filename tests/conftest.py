"""Makes what stands in this folder known to the tests in the folders below (`asking`)."""
