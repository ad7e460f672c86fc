"""Projects: gates before siting (准入), demand (用地需求), stages and rates, fit into the chain."""
