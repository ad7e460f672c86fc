"""Answers as sentences and rows, in the reader's language."""
