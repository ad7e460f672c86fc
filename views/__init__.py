"""The screen; no computing, no file access."""
