"""One file a register: what a study's files say, read for the core."""
