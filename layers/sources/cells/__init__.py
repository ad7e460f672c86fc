"""Cells as people write them: numbers, units, dates, and the language of conditions."""
