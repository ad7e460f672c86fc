"""What the rest of layers stands on: the disk and what it refuses, folders and files of our own, keys of code."""
