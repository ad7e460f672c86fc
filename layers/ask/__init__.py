"""Questions put to a finished run: tables in memory, answers as tables."""
