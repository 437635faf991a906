"""Whether a run is good enough to release, by a policy file. Imports runlog, digest, compare."""
