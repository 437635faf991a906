"""What reads a run and tells people about it. May import `conformance`, never `suites`."""
