"""One reader a format, and what all of them return; they run in the parsing process."""
